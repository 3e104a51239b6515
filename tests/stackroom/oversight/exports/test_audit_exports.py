"""Exports of the trail as a job: asked for, watched, called off, downloaded, deleted in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.files.folder import Folder
from stackroom.oversight.exports import runner, service, writing
from stackroom.oversight.exports.models import AuditExport, ExportStatus
from stackroom.oversight.exports.tasks import expire_exports
from stackroom.staff.models import Account
from stackroom.testing.house import Answer, House
from tenants import context

URL = "/api/v1/audit/exports"


@contextmanager
def at_work(house: House, role: str = "") -> Iterator[None]:
    """As the worker opens an organisation."""
    actor = house.actor(role) if role else SYSTEM
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(actor, Channel.JOB)),
    ):
        yield


def ask(house: House, role: str = "auditor", **body: Any) -> str:
    answer = house.api(role).post(URL, json={"format": "jsonl", **body})
    assert answer.status_code == 202, answer.json
    return str(answer.json["id"])


def file_of(house: House, export_id: str, role: str = "auditor") -> Answer:
    return house.api(role).get(f"{URL}/{export_id}/file")


def actions(house: House) -> list[str]:
    listed = house.api("admin").get("/api/v1/audit/entries?subject_type=audit_export").json
    return [entry["action"].partition(".")[2] for entry in listed["items"]]


def test_an_auditor_asks_watches_and_downloads(north: House) -> None:
    export_id = ask(north, filter={"q": "house"})
    assert file_of(north, export_id).json["code"] == "audit_export_not_ready"
    assert north.deliver()
    told = north.api("auditor").get(f"{URL}/{export_id}").json
    assert told["status"] == "ready"
    assert told["filter"] == {"q": "house"}
    assert told["done"] == told["total"]
    answer = file_of(north, export_id)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].endswith(".jsonl")
    assert len(answer.data) == told["size"] == answer.content_length
    assert sha256(answer.data).hexdigest() == told["sha256"]
    assert actions(north) == ["downloaded", "ready", "requested"]


def test_headers_alone_are_no_download(north: House) -> None:
    export_id = ask(north)
    north.deliver()
    head = north.api("auditor").request("HEAD", f"{URL}/{export_id}/file")
    assert head.status_code == 200
    assert "downloaded" not in actions(north)


def test_a_person_has_one_at_a_time(north: House) -> None:
    ask(north)
    again = north.api("auditor").post(URL, json={"format": "csv"})
    assert (again.status_code, again.json["code"]) == (409, "audit_export_underway")
    ask(north, "admin")
    assert north.api("admin").get(URL).json["total"] == 2


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_nobody_else_takes_the_trail_away(north: House, role: str) -> None:
    export_id = ask(north)
    other = north.api(role)
    assert other.post(URL, json={"format": "csv"}).status_code == 403
    assert other.get(URL).status_code == 403
    assert other.post(f"{URL}/{export_id}/cancel").status_code == 403
    assert file_of(north, export_id, role).status_code == 403


def test_a_role_that_may_ask_must_also_be_one_that_may_read(north: House) -> None:
    admin = north.api("admin")
    role = {"name": "Askers", "sentence": "Ask and no more", "permissions": ["audit.exports_own"]}
    made = admin.post("/api/v1/roles", json=role).json
    person = north.api("librarian").get("/api/v1/me").json["id"]
    admin.patch(f"/api/v1/staff/{person}", json={"roles": [made["key"]]})
    refused = north.api("librarian").post(URL, json={"format": "csv"})
    assert (refused.status_code, refused.json["permission"]) == (403, "audit.exports.read")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "format"),
        ({"format": "xml"}, "format"),
        ({"format": "csv", "filter": {"actr": "x"}}, "filter.actr"),
        ({"format": "csv", "filter": {"since": "yesterday"}}, "filter.since"),
    ],
)
def test_a_wrong_request_names_the_field(north: House, body: Any, field: str) -> None:
    refused = north.api("auditor").post(URL, json=body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_another_organisation_learns_nothing(north: House, harbour: House) -> None:
    export_id = ask(harbour)
    harbour.deliver()
    auditor = north.api("auditor")
    for path in (f"{URL}/{{}}", f"{URL}/{{}}/file", "/audit/exports/{}/file"):
        headers = {"X-Request-Id": "same", "Accept": "application/json"}
        theirs = auditor.get(path.format(export_id), headers=headers)
        nothing = auditor.get(path.format(uuid4()), headers=headers)
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.data == nothing.data
    assert auditor.post(f"{URL}/{export_id}/cancel").status_code == 404


def test_whoever_asked_calls_it_off(north: House) -> None:
    export_id = ask(north)
    refused = north.api("admin").post(f"{URL}/{export_id}/cancel")
    assert (refused.status_code, refused.json["code"]) == (403, "audit_export_of_another")
    mine = north.api("auditor")
    assert mine.post(f"{URL}/{export_id}/cancel").json["status"] == "cancelled"
    north.deliver()
    assert mine.get(f"{URL}/{export_id}").json["status"] == "cancelled"
    assert mine.post(f"{URL}/{export_id}/cancel").json["code"] == "audit_export_over"
    assert actions(north) == ["cancelled", "requested"]


def run(house: House, export_id: str, beat: Any = lambda: None, role: str = "auditor") -> None:
    with at_work(house, role):
        runner.run(UUID(export_id), Folder(house.app.settings.data_dir / "files"), beat)


def kept(house: House) -> int:
    with at_work(house):
        return Folder(house.app.settings.data_dir / "files").left()


def test_one_that_is_called_off_while_it_runs_leaves_no_file(north: House) -> None:
    export_id, before = ask(north), kept(north)

    def call_off() -> None:
        found = service.locked(UUID(export_id))
        if found.total:
            found.status = ExportStatus.CANCELLED

    run(north, export_id, call_off)
    assert north.api("auditor").get(f"{URL}/{export_id}").json["status"] == "cancelled"
    assert kept(north) == before


def test_it_fails_in_words_where_the_right_is_lost(north: House) -> None:
    export_id = ask(north)
    with north.work("admin"):
        lost = db.session.scalars(sa.select(Account).filter_by(email=north.email("auditor"))).one()
        lost.active = False
    north.deliver()
    told = north.api("admin").get(f"{URL}/{export_id}").json
    assert told["status"] == "failed"
    assert "may no longer export the audit trail" in told["detail"]
    assert actions(north)[0] == "failed"


def test_what_breaks_is_told(north: House, monkeypatch: pytest.MonkeyPatch) -> None:
    export_id = ask(north)
    monkeypatch.setattr(writing, "PAGE", "many")
    run(north, export_id)
    told = north.api("auditor").get(f"{URL}/{export_id}").json
    assert (told["status"], told["detail"]) == ("failed", runner.BROKE)


def test_a_worker_that_dies_is_followed_by_one_that_begins_anew(north: House) -> None:
    export_id = ask(north)
    with north.work("auditor"):
        found = service.locked(UUID(export_id))
        found.status, found.done, found.total = ExportStatus.RUNNING, 3, 9
    north.deliver()
    assert north.api("auditor").get(f"{URL}/{export_id}").json["status"] == "ready"
    north.deliver()
    run(north, export_id)  # one more has nothing to do
    assert actions(north).count("ready") == 1


def test_its_file_goes_after_a_week(north: House) -> None:
    export_id = ask(north)
    north.deliver()
    before = kept(north)
    for days in (6, 8):
        with clock.held_at(clock.now() + timedelta(days=days)), at_work(north):
            expire_exports()
    assert kept(north) == before - 1
    assert file_of(north, export_id).json["code"] == "audit_export_gone"
    with at_work(north):
        found = db.session.scalars(sa.select(AuditExport)).one()
        assert found.status is ExportStatus.EXPIRED
        db.session.remove()
    assert actions(north)[0] == "expired"
