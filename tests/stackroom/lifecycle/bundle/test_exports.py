"""Exports as a job: asked for, watched, downloaded, deleted when their time has come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock, outbox
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.files.folder import Folder
from stackroom.files.store import Saved, StorageFull
from stackroom.lifecycle.bundle import runner, service
from stackroom.lifecycle.bundle.models import Export, ExportStatus
from stackroom.lifecycle.bundle.reading import opened
from stackroom.lifecycle.bundle.tasks import expire_exports
from stackroom.testing.bundles import Home, contents
from stackroom.testing.furnish import add_bib, furnish
from stackroom.testing.house import Answer, House
from tenants import context
from tenants.lifecycle import Status


@contextmanager
def at_work(house: House) -> Iterator[None]:
    """As the worker opens an organisation."""
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        yield


def ask(house: House) -> str:
    answer = house.api("admin").post("/api/v1/exports")
    assert answer.status_code == 202, answer.json
    return str(answer.json["id"])


def file_of(house: House, export_id: str, role: str = "admin") -> Answer:
    return house.api(role).get(f"/api/v1/exports/{export_id}/file")


def test_an_export_is_asked_for_made_and_downloaded(
    north: House, here: Home, tmp_path: Path
) -> None:
    furnish(north)
    export_id = ask(north)
    assert file_of(north, export_id).json["code"] == "export_not_ready"
    assert north.deliver() == 1

    told = north.api("admin").get(f"/api/v1/exports/{export_id}").json
    assert told["status"] == "ready"
    assert told["done"] == told["total"] > 50
    assert told["requested_by"] == "Ada Admin"
    answer = file_of(north, export_id)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=north-")
    assert answer.mimetype == "application/zip"
    assert len(answer.data) == told["size"] == answer.content_length

    (tmp_path / "got.zip").write_bytes(answer.data)
    with opened(tmp_path / "got.zip") as bundle:
        bundle.check_signature(here.signer.public_key)
        bundle.check_contents()
        assert bundle.manifest.organisation.uuid == north.tenant.uuid

    entries = north.api("auditor").get("/api/v1/audit/entries").json["items"]
    actions = [entry["action"] for entry in entries if entry["action"].startswith("export.")]
    assert actions[:3] == ["export.downloaded", "export.ready", "export.requested"]


def test_headers_alone_are_no_download(north: House) -> None:
    export_id = ask(north)
    north.deliver()
    head = north.api("admin").request("HEAD", f"/api/v1/exports/{export_id}/file")
    assert head.status_code == 200
    assert head.content_length
    entries = north.api("auditor").get("/api/v1/audit/entries").json["items"]
    assert "export.downloaded" not in {entry["action"] for entry in entries}


def test_one_at_a_time(north: House) -> None:
    ask(north)
    again = north.api("admin").post("/api/v1/exports")
    assert (again.status_code, again.json["code"]) == (409, "export_underway")
    north.deliver()
    ask(north)
    assert north.api("admin").get("/api/v1/exports").json["total"] == 2


@pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
def test_only_admins_take_everything_away(north: House, role: str) -> None:
    export_id = ask(north)
    north.deliver()
    assert north.api(role).post("/api/v1/exports").status_code == 403
    assert north.api(role).get("/api/v1/exports").status_code == 403
    assert file_of(north, export_id, role).status_code == 403


def test_the_export_of_another_answers_as_one_of_nobody(north: House, harbour: House) -> None:
    export_id = ask(harbour)
    harbour.deliver()
    admin = north.api("admin")
    for path in ("/api/v1/exports/{}", "/api/v1/exports/{}/file", "/exports/{}/file"):
        headers = {"X-Request-Id": "same", "Accept": "application/json"}
        theirs = admin.get(path.format(export_id), headers=headers)
        nothing = admin.get(path.format(uuid4()), headers=headers)
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.data == nothing.data


def test_who_closes_gets_everything(north: House) -> None:
    with north.work("admin"):
        service.on_status(Status.SUSPENDED)
        service.on_status(Status.CLOSING)
    exports = north.api("admin").get("/api/v1/exports").json["items"]
    assert [(one["reason"], one["status"]) for one in exports] == [
        ("the organisation closes", "queued")
    ]


def test_a_read_only_organisation_may_still_take_its_data(north: House) -> None:
    admin = north.api("admin")
    north.suspend()
    asked = admin.post("/api/v1/exports")
    assert asked.status_code == 202
    with at_work(replace(north, tenant=replace(north.tenant, status=Status.SUSPENDED))):
        outbox.deliver()
    assert admin.get(f"/api/v1/exports/{asked.json['id']}/file").status_code == 200


def test_a_worker_that_dies_is_followed_by_one_that_begins_anew(north: House, here: Home) -> None:
    furnish(north)
    export_id = UUID(ask(north))

    def die() -> None:
        found = service.export(export_id)
        if found.total:  # in the midst of its work: once it has counted
            raise KeyboardInterrupt

    with at_work(north):
        with pytest.raises(KeyboardInterrupt):
            runner.run(export_id, here.files, here.signer, beat=die)
        with db.session() as session:
            assert session.get_one(Export, (north.tenant.id, export_id)).status == "running"
        db.session.remove()
        runner.run(export_id, here.files, here.signer)
    assert file_of(north, str(export_id)).status_code == 200


class Overtaken(Folder):
    """A real folder; while its first file is being copied, a rival finishes."""

    rival: Callable[[], None] | None = None

    def save(self, key: str, stream: IO[bytes]) -> Saved:
        rival, self.rival = self.rival, None
        if rival:
            rival()
        return super().save(key, stream)


def test_of_two_workers_at_one_export_the_slower_keeps_no_file(north: House, here: Home) -> None:
    export_id = UUID(ask(north))
    slow = Overtaken(here.app.settings.data_dir.absolute() / "files")
    slow.rival = lambda: runner.run(export_id, here.files, here.signer)
    with at_work(north):
        runner.run(export_id, slow, here.signer)
        assert files_of(north) == 1
        runner.run(export_id, here.files, here.signer)  # it has ended: left alone
    assert files_of(north) == 1
    assert file_of(north, str(export_id)).status_code == 200


def files_of(house: House) -> int:
    folder = house.app.settings.data_dir / "files" / "t" / str(house.tenant.uuid) / "exports"
    return len(list(folder.glob("*")))


def test_what_is_written_meanwhile_is_not_in_it(north: House, here: Home, tmp_path: Path) -> None:
    """One view, from the first row to the last, while others go on working."""
    furnish(north)
    export_id = UUID(ask(north))
    written = False

    def write_meanwhile() -> None:
        nonlocal written
        if not written and service.export(export_id).total:
            written = True
            add_bib("Written meanwhile")

    with at_work(north):
        runner.run(export_id, here.files, here.signer, beat=write_meanwhile)
    assert written
    (tmp_path / "got.zip").write_bytes(file_of(north, str(export_id)).data)
    with opened(tmp_path / "got.zip") as bundle:
        bundle.check_contents()
    assert b"Written meanwhile" not in b"".join(contents(tmp_path / "got.zip").values())


class FullDisk(Folder):
    """A real folder whose disk has no room for what is new."""

    def save(self, key: str, stream: IO[bytes]) -> Saved:
        raise StorageFull


def test_an_export_that_fails_says_so(north: House, here: Home) -> None:
    export_id = UUID(ask(north))
    with at_work(north):
        runner.run(export_id, FullDisk(here.app.settings.data_dir / "files"), here.signer)
    told = north.api("admin").get(f"/api/v1/exports/{export_id}").json
    assert told["status"] == "failed"
    assert "another" in told["detail"]
    assert file_of(north, str(export_id)).status_code == 409
    assert ask(north), "it does not stand in the way of the next"


def test_what_has_run_out_is_deleted(north: House) -> None:
    export_id = ask(north)
    north.deliver()
    with at_work(north):
        expire_exports()
        assert files_of(north) == 1
        with clock.held_at(clock.now() + service.KEPT_FOR + timedelta(hours=1)):
            expire_exports()
            expire_exports()
    assert files_of(north) == 0
    gone = file_of(north, export_id)
    assert (gone.status_code, gone.json["code"]) == (410, "export_gone")
    with north.work("admin") as session:
        assert session.scalars(sa.select(Export.status)).all() == [ExportStatus.EXPIRED]


def test_a_file_that_is_gone_is_said_to_be(north: House, here: Home) -> None:
    export_id = ask(north)
    north.deliver()
    with north.work("admin") as session:
        here.files.delete(session.scalars(sa.select(Export.file_key)).one())
    assert file_of(north, export_id).status_code == 410


class TestPage:
    def test_offers_the_first_export(self, north: House) -> None:
        page = north.api("admin").get("/exports")
        assert "No exports yet" in page.text
        assert "Ask for an export" in page.text

    def test_shows_how_far_it_is_and_then_the_file(self, north: House) -> None:
        admin = north.api("admin")
        export_id = ask(north)
        waiting = admin.get("/exports").text
        assert "export-progress" in waiting
        assert "Ask for an export" not in waiting
        north.deliver()
        ready = admin.get("/exports").text
        assert f'href="/exports/{export_id}/file"' in ready
        assert admin.get(f"/exports/{export_id}/file").mimetype == "application/zip"

    def test_takes_the_wish(self, north: House) -> None:
        answer = north.api("admin").post("/exports")
        assert (answer.status_code, answer.location) == (303, "/exports")
        north.deliver()
        assert north.api("admin").get("/api/v1/exports").json["items"][0]["status"] == "ready"

    def test_is_for_admins(self, north: House) -> None:
        assert north.api("librarian").get("/exports").status_code == 403
        assert "/exports" not in north.api("librarian").get("/start").text
