"""The API of service accounts and keys: who may, what is refused, and what the trail tells."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import Channel
from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.idempotency import KeptAnswer
from stackroom.core.permissions import Grant, Principal, held_by
from stackroom.staff.errors import GrantBeyondOwn
from stackroom.staff.keys import service
from stackroom.staff.keys.models import ApiKey
from stackroom.staff.keys.permissions import KEYS_WRITE
from stackroom.testing.furnish import add_key
from stackroom.testing.house import Answer, Api, House

KEYS, ACCOUNTS = "/api/v1/api-keys", "/api/v1/service-accounts"


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def entries(house: House, action: str) -> list[Any]:
    found: list[Any] = (
        house.api("auditor").get(f"/api/v1/audit/entries?action={action}").json["items"]
    )
    return found


def account(admin: Api, name: str = "Website") -> str:
    return str(admin.post(ACCOUNTS, json={"name": name}).json["id"])


def wanted(admin: Api, **fields: Any) -> dict[str, Any]:
    body = {"name": "Live", "permissions": ["bibs.read"], **fields}
    return {"service_account_id": account(admin), **body}


def wanted_of(made: Any) -> dict[str, Any]:
    """Another key for the service account of this one."""
    owner = made["service_account_id"]
    return {"name": "Other", "permissions": ["bibs.read"], "service_account_id": owner}


def test_a_key_is_shown_once_and_kept_as_its_hash(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    assert made["token"].startswith(f"sr_{north.tenant.slug}_{made['id'].replace('-', '')}_")
    secret = made["token"].rpartition("_")[2]
    assert secret not in admin.get(KEYS).text
    assert "token" not in admin.get(KEYS).json["items"][0]
    with north.work("admin"):
        kept = db.session.scalars(sa.select(ApiKey)).one()
        assert secret not in repr([getattr(kept, column.name) for column in ApiKey.__table__.c])
        assert len(kept.secret_hash) == 64
    assert secret not in north.api("auditor").get("/api/v1/audit/entries?per_page=100").text


def test_what_a_key_is_made_of_holds_for_ninety_days_if_nothing_is_said(north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read", "items.read"])
    assert made["permissions"] == ["bibs.read", "items.read"]
    assert (made["state"], made["addresses"], made["calls_per_minute"]) == ("open", [], 600)
    with clock.held_at(clock.now() + timedelta(days=84)):
        assert north.api("admin").get(KEYS).json["items"][0]["state"] == "ends_soon"
    with clock.held_at(clock.now() + timedelta(days=90, seconds=1)):
        assert north.api("admin").get(KEYS).json["items"][0]["state"] == "ended"


def test_an_idempotency_key_keeps_no_copy_of_the_secret(north: House) -> None:
    admin = north.api("admin")
    headers = {"Idempotency-Key": "once"}
    first = admin.post(KEYS, json=wanted(admin), headers=headers)
    assert first.status_code == 201
    admin.post(f"{KEYS}/{first.json['id']}/rotations", json={}, headers={"Idempotency-Key": "2"})
    with north.work("admin"):
        assert db.session.scalars(sa.select(KeptAnswer)).all() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"permissions": ["staff.write"]}, "permissions"),
        ({"permissions": ["keys.write"]}, "permissions"),
        ({"permissions": ["me.read"]}, "permissions"),
        ({"permissions": ["support.grant"]}, "permissions"),
        ({"permissions": ["organisation.close"]}, "permissions"),
        ({"permissions": ["nothing.known"]}, "permissions"),
        ({"permissions": []}, "permissions"),
        ({"expires_in_days": 366}, "expires_in_days"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"addresses": ["north.example"]}, "addresses.0"),
        ({"calls_per_minute": 0}, "calls_per_minute"),
        ({"name": ""}, "name"),
    ],
)
def test_what_no_key_can_be_is_refused_by_name(
    north: House, fields: dict[str, Any], field: str
) -> None:
    admin = north.api("admin")
    answer = admin.post(KEYS, json=wanted(admin, **fields))
    refused(answer, 422, "invalid")
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
    assert admin.get(KEYS).json["total"] == 0


def test_nobody_gives_what_they_do_not_hold_nor_gets_it_by_replacing_a_key(north: House) -> None:
    """Of the shipped roles only admins make keys, and they hold all that a key can; a custom role
    may be narrower."""
    made = add_key(north.api("admin"), ["loans.write"])
    with north.work("admin"):
        held = held_by(["auditor"], registry.permissions) | {KEYS_WRITE.key}
        keeper = (Grant("keeper", held),)
        narrow = Principal(
            north.account("auditor").id, "", "Key keeper", keeper, uuid4(), Channel.API
        )
        with pytest.raises(GrantBeyondOwn, match="to lend, renew"):
            service.refuse_beyond(narrow, ["bibs.read", "loans.write"])
        with pytest.raises(GrantBeyondOwn, match="to lend, renew"):
            service.rotate(UUID(made["id"]), overlap=timedelta(), by=narrow)
    assert north.api("admin").get(KEYS).json["total"] == 1


def test_admins_write_auditors_read_and_nobody_else_does_either(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    body = wanted_of(made)
    for role, reads in (("auditor", 200), ("librarian", 403), ("patron", 403)):
        api = north.api(role)
        assert api.get(KEYS).status_code == reads
        assert api.get(ACCOUNTS).status_code == reads
        for answer in (
            api.post(ACCOUNTS, json={"name": "Other"}),
            api.patch(f"{ACCOUNTS}/{made['service_account_id']}", json={"name": "Other"}),
            api.delete(f"{ACCOUNTS}/{made['service_account_id']}"),
            api.post(KEYS, json=body),
            api.post(f"{KEYS}/{made['id']}/rotations", json={}),
            api.delete(f"{KEYS}/{made['id']}"),
        ):
            assert answer.status_code == 403
    assert north.anonymous().get(KEYS).status_code == 401
    assert admin.get(KEYS).json["items"][0]["state"] == "open"


def test_a_foreign_key_and_account_are_none_byte_for_byte(north: House, harbour: House) -> None:
    theirs, admin = add_key(harbour.api("admin"), ["bibs.read"]), north.api("admin")
    headers = {"X-Request-Id": "same"}
    for method, path, body, name in (
        ("DELETE", f"{KEYS}/%s", None, "id"),
        ("POST", f"{KEYS}/%s/rotations", {}, "id"),
        ("PATCH", f"{ACCOUNTS}/%s", {"name": "x"}, "service_account_id"),
        ("DELETE", f"{ACCOUNTS}/%s", None, "service_account_id"),
    ):
        answers = [
            admin.request(method, path % one, json=body, headers=headers)
            for one in (theirs[name], uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    assert admin.post(KEYS, json=wanted_of(theirs)).status_code == 404
    assert harbour.api("admin").get(KEYS).json["items"][0]["state"] == "open"


def test_a_service_account_is_changed_and_the_trail_tells_before_and_after(north: House) -> None:
    admin = north.api("admin")
    path = f"{ACCOUNTS}/{account(admin)}"
    changed = admin.patch(path, json={"name": "Web shop", "description": "Sells cards"})
    assert (changed.json["name"], changed.json["description"]) == ("Web shop", "Sells cards")
    admin.patch(path, json={"name": "Web shop"})  # changes nothing
    (told,) = entries(north, "service_account.changed")
    assert "name from “Website” to “Web shop”" in told["sentence"]


def test_a_name_is_given_once(north: House) -> None:
    admin = north.api("admin")
    account(admin)
    refused(admin.post(ACCOUNTS, json={"name": "Website"}), 409, "service_name_taken")
    other = account(admin, "Other")
    refused(admin.patch(f"{ACCOUNTS}/{other}", json={"name": "Website"}), 409, "service_name_taken")


def test_a_closed_account_takes_its_keys_with_it_and_makes_no_more(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    path = f"{ACCOUNTS}/{made['service_account_id']}"
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).status_code == 204
    assert admin.get(KEYS).json["items"][0]["state"] == "revoked"
    assert admin.get(ACCOUNTS).json["items"][0]["closed_at"]
    refused(admin.post(KEYS, json=wanted_of(made)), 409, "service_account_closed")
    refused(admin.patch(path, json={"name": "x"}), 409, "service_account_closed")
    assert len(entries(north, "service_account.closed")) == 1


def test_keys_are_listed_by_their_account(north: House) -> None:
    admin = north.api("admin")
    first, second = add_key(admin, ["bibs.read"]), add_key(admin, ["bibs.read"], service="Kiosk")
    of_second = admin.get(f"{KEYS}?service_account_id={second['service_account_id']}").json
    assert [each["id"] for each in of_second["items"]] == [second["id"]]
    assert {each["id"] for each in admin.get(KEYS).json["items"]} == {first["id"], second["id"]}


def test_what_is_over_is_not_replaced_and_may_be_revoked_again(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    path = f"{KEYS}/{made['id']}"
    assert admin.post(f"{path}/rotations", json={"overlap_hours": 1}).status_code == 201
    refused(admin.post(f"{path}/rotations", json={}), 409, "api_key_over")
    assert [admin.delete(path).status_code, admin.delete(path).status_code] == [204, 204]
    refused(admin.post(f"{path}/rotations", json={}), 409, "api_key_over")
    assert len(entries(north, "api_key.revoked")) == 1


def test_every_act_leaves_an_event(north: House) -> None:
    admin = north.api("admin")
    made = add_key(admin, ["bibs.read"])
    admin.post(f"{KEYS}/{made['id']}/rotations", json={})
    (told,) = entries(north, "api_key.made")
    assert "made the API key Website: Live until" in told["sentence"]
    assert told["sentence"].endswith("which may: bibs.read")
    assert len(entries(north, "service_account.added")) == 1
    assert "serves until" in entries(north, "api_key.rotated")[0]["sentence"]


def test_a_suspended_organisation_makes_no_keys(north: House) -> None:
    admin = north.api("admin")
    body = wanted(admin)
    north.suspend()
    refused(admin.post(KEYS, json=body), 403, "organisation_suspended")
