"""What a key opens, for whom it speaks, and when it opens nothing any more."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.catalogue.permissions import BIBS_READ, BIBS_WRITE
from stackroom.core import clock
from stackroom.core.actor import ActorType
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.staff.keys import service
from stackroom.staff.keys.models import ApiKey
from stackroom.testing.furnish import add_key
from stackroom.testing.house import Answer, Api, House

BIBS, KEYS = "/api/v1/bibs", "/api/v1/api-keys"


def program(house: House, token: str) -> Api:
    return Api(house.app.test_client(), house.tenant.host, token)


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def entries(house: House, action: str) -> list[Any]:
    found: list[Any] = (
        house.api("auditor").get(f"/api/v1/audit/entries?action={action}").json["items"]
    )
    return found


def test_a_key_does_what_it_may_and_nothing_else(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read", "bibs.write"])
    kiosk = program(north, made["token"])
    assert kiosk.post(BIBS, json={"title": "Emma"}).status_code == 201
    assert kiosk.get(BIBS).json["total"] == 1
    refused(kiosk.get("/api/v1/staff"), 403, "permission_denied")
    refused(kiosk.get("/api/v1/me"), 403, "permission_denied")
    refused(kiosk.post("/api/v1/staff", json={}), 403, "permission_denied")
    refused(kiosk.delete("/api/v1/auth/tokens"), 403, "permission_denied")


def test_the_trail_names_the_program_and_its_key(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.write"])
    bib = program(north, made["token"]).post(BIBS, json={"title": "Emma"}).json["id"]
    entry = north.api("auditor").get(f"/api/v1/audit/entries?subject_id={bib}").json["items"][0]
    assert entry["actor"] == {
        "type": ActorType.SERVICE, "id": made["service_account_id"], "label": "Website: Live",
    }  # fmt: skip


def test_an_import_that_a_key_began_runs_in_its_name(north: House) -> None:
    made = add_key(north.api("admin"), ["imports.write", "imports.read"])
    file = {"file": (BytesIO(b"title\nThe tides\n"), "titles.csv")}
    assert program(north, made["token"]).post("/api/v1/imports", data=file).status_code == 202
    north.deliver()
    made_by = north.api("auditor").get("/api/v1/audit/entries?channel=import").json["items"]
    assert {entry["actor"]["type"] for entry in made_by} == {"service"}


def test_a_key_of_another_organisation_is_refused_and_told_once_an_hour(
    north: House, harbour: House
) -> None:
    token = add_key(north.api("admin"), ["bibs.read"])["token"]
    stranger = program(harbour, token)
    for _ in range(3):
        refused(stranger.get(BIBS), 401, "wrong_organisation")
    assert len(entries(harbour, "auth.wrong_organisation")) == 1
    assert entries(north, "auth.wrong_organisation") == []


def test_a_key_with_the_slug_exchanged_opens_nothing(north: House, harbour: House) -> None:
    token = add_key(north.api("admin"), ["bibs.read"])["token"]
    forged = token.replace(north.tenant.slug, harbour.tenant.slug)
    refused(program(harbour, forged).get("/api/v1/items"), 401, "api_key_invalid")


@pytest.mark.parametrize("shape", ["sr_", "sr_{slug}", "sr_{slug}_x_y", "sr_{slug}_{id}_", "long"])
def test_what_is_no_key_is_refused(north: House, shape: str) -> None:
    made = add_key(north.api("admin"), ["bibs.read"])
    key_id = made["id"].replace("-", "")
    token = shape.format(slug=north.tenant.slug, id=key_id)
    token = made["token"] + "x" * 300 if shape == "long" else token
    refused(program(north, token).get("/api/v1/items"), 401, "api_key_invalid")


def test_a_wrong_secret_and_an_unknown_key_are_answered_alike(north: House) -> None:
    token = add_key(north.api("admin"), ["bibs.read"])["token"]
    stem = token[: len(token) - 43]
    unknown = f"sr_{north.tenant.slug}_{uuid4().hex}_{'a' * 43}"
    answers = [
        program(north, each).get("/api/v1/items", headers={"X-Request-Id": "same"})
        for each in (stem + "a" * 43, unknown)
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].data == answers[1].data


def test_a_revoked_key_is_refused_from_the_next_request_and_the_trail_tells(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    kiosk = program(north, made["token"])
    assert kiosk.get(BIBS).status_code == 200
    admin.delete(f"{KEYS}/{made['id']}")
    for _ in range(2):
        refused(kiosk.get(BIBS), 401, "api_key_ended")
    (told,) = entries(north, "api_key.refused")
    assert (told["subject"]["id"], told["subject"]["label"]) == (made["id"], "Website: Live")
    assert "was revoked" in told["sentence"]


def test_a_key_ends_by_itself(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read"], expires_in_days=2)
    kiosk = program(north, made["token"])
    with clock.held_at(clock.now() + timedelta(days=2, seconds=1)):
        refused(kiosk.get(BIBS), 401, "api_key_ended")
    assert kiosk.get(BIBS).status_code == 200


def test_a_replaced_key_serves_as_long_as_was_said(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    answer = admin.post(f"{KEYS}/{made['id']}/rotations", json={"overlap_hours": 2})
    old, new = program(north, made["token"]), program(north, answer.json["token"])
    assert answer.json["permissions"] == ["bibs.read"]
    assert [old.get(BIBS).status_code, new.get(BIBS).status_code] == [200, 200]
    with clock.held_at(clock.now() + timedelta(hours=2, seconds=1)):
        refused(old.get(BIBS), 401, "api_key_ended")
        assert new.get(BIBS).status_code == 200


def test_a_key_replaced_without_overlap_ends_at_once(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    admin.post(f"{KEYS}/{made['id']}/rotations", json={"overlap_hours": 0})
    refused(program(north, made["token"]).get(BIBS), 401, "api_key_ended")


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["203.0.113.9"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["2001:db8::/32", "10.0.0.0/8"], "2001:db8::1", 200),
        (["203.0.113.0/24"], "203.0.114.9", 403),
        (["2001:db8::/32"], "203.0.113.9", 403),
        (["203.0.113.0/24"], "", 403),
    ],
)
def test_a_key_serves_from_its_addresses(
    north: House, networks: list[str], address: str, status: int
) -> None:
    token = add_key(north.api("admin"), ["bibs.read"], addresses=networks)["token"]
    answer = program(north, token).get(BIBS, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    told = entries(north, "api_key.refused")
    assert len(told) == (status == 403)
    if status == 403:
        assert answer.json["code"] == "api_key_address_refused"
        assert "does not serve from the address" in told[0]["sentence"]


def test_its_use_is_noted_once_an_hour_even_where_it_only_reads(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    kiosk, began = program(north, made["token"]), clock.now()
    first = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    later = {"environ_base": {"REMOTE_ADDR": "203.0.113.10"}}
    with clock.held_at(began):
        kiosk.get(BIBS, **first)
    with clock.held_at(began + timedelta(minutes=59)):
        kiosk.get(BIBS, **later)
        assert last_use(admin)["last_used_ip"] == "203.0.113.9"
    with clock.held_at(began + timedelta(hours=1)):
        kiosk.get(BIBS, **later)
        assert last_use(admin)["last_used_ip"] == "203.0.113.10"


def last_use(admin: Api) -> Any:
    return admin.get(KEYS).json["items"][0]


def test_its_use_is_noted_in_a_suspended_organisation_too(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    north.suspend()
    kiosk = program(north, made["token"])
    assert kiosk.get(BIBS).status_code == 200
    assert last_use(admin)["last_used_at"]


def test_a_permission_that_is_no_more_opens_nothing(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read"])
    with north.work("admin"):
        kept = db.session.scalars(sa.select(ApiKey)).one()
        kept.permissions = ["bibs.read", "staff.write", "gone.write"]
    kiosk = program(north, made["token"])
    assert kiosk.get(BIBS).status_code == 200
    refused(kiosk.post("/api/v1/staff", json={}), 403, "permission_denied")


@pytest.fixture
def second_admin(north: House) -> Api:
    person = north.api("librarian").get("/api/v1/me").json["id"]
    north.api("admin").patch(f"/api/v1/staff/{person}", json={"roles": ["admin"]})
    return north.api("librarian")


@pytest.mark.parametrize(("ends", "status"), [(False, 200), (True, 401)])
def test_a_key_outlives_its_maker_unless_chosen_otherwise(
    north: House, second_admin: Api, ends: bool, status: int
) -> None:
    made = add_key(second_admin, ["bibs.read"], ends_with_maker=ends)
    admin = north.api("admin")
    admin.delete(f"/api/v1/staff/{made['created_by_id']}")
    answer = program(north, made["token"]).get("/api/v1/bibs")
    assert answer.status_code == status
    with north.work("admin"):
        kept = db.session.scalars(sa.select(ApiKey)).one()
        assert service.lost_by_makers([kept]) == {kept.id: ["bibs.read"]}


def test_a_job_is_told_whether_its_account_still_may(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    owner = UUID(made["service_account_id"])
    with north.work("admin"):
        assert service.still_may(owner, BIBS_READ)
        assert not service.still_may(owner, BIBS_WRITE)
    admin.delete(f"{KEYS}/{made['id']}")
    with north.work("admin"):
        assert not service.still_may(owner, BIBS_READ)


def test_each_key_has_a_limit_of_its_own(north: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(north.app.config, "RATE_LIMITS", True)
    admin = north.api("admin")
    first = program(north, add_key(admin, ["bibs.read"], calls_per_minute=2)["token"])
    second = program(north, add_key(admin, ["bibs.read"], service="Kiosk")["token"])
    assert [first.get(BIBS).status_code for _ in range(3)] == [200, 200, 429]
    answer = first.get(BIBS)
    assert answer.json["limit"] == "key"
    assert answer.headers["Retry-After"]
    assert second.get(BIBS).status_code == 200


def test_whatever_gives_rights_to_others_is_for_people_alone() -> None:
    personal = {known.key for known in registry.permissions if known.personal}
    assert {
        "console.enrol", "console.operate", "keys.write", "loans.read_own", "me.read",
        "organisation.close", "roles.write", "staff.write", "support.grant", "support.inside",
    } <= personal  # fmt: skip
