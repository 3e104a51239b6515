"""Webhooks over the API: set up, changed, guarded, removed; secrets shown once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.outbound import Outbound
from stackroom.oversight.webhooks.answers import post
from stackroom.oversight.webhooks.models import Delivery, Queued, Webhook
from stackroom.testing.delivering import URL, Hook, add_hook
from stackroom.testing.furnish import add_bib, add_item, add_patron
from stackroom.testing.house import House
from stackroom.testing.receiver import Receiver

PLACE = "https://siem.north.example/in?token=abc"
BODY: dict[str, Any] = {"name": "SIEM", "url": PLACE, "actions": ["auth."]}


def trail(house: House) -> list[dict[str, Any]]:
    listed = house.api("admin").get("/api/v1/audit/entries?subject_type=webhook&per_page=100")
    found: list[dict[str, Any]] = listed.json["items"]
    return found


def test_a_secret_is_shown_once_and_kept_sealed(north: House) -> None:
    admin = north.api("admin")
    made = admin.post(URL, json=BODY).json
    assert made["secret"].startswith("whsec_")
    assert made["state"] == "on"
    listed = admin.get(URL)
    assert listed.json["total"] == 1
    assert "secret" not in listed.json["items"][0]
    with north.work() as session:
        kept = session.scalars(sa.select(Webhook)).one().sealed_secret
    assert made["secret"] not in kept
    (entry,) = trail(north)
    assert entry["sentence"] == "added the webhook SIEM, to siem.north.example"
    assert "token=abc" not in str(entry)
    assert made["secret"] not in str(entry)


@pytest.mark.parametrize("role", ["auditor", "librarian", "patron"])
def test_only_admins_set_them_up(north: House, role: str) -> None:
    hook = add_hook(north, PLACE)
    other, path = north.api(role), f"{URL}/{hook.id}"
    assert other.post(URL, json=BODY).status_code == 403
    for method in ("GET", "PATCH", "DELETE"):
        assert other.request(method, path, json={}).status_code == 403
    assert other.get(URL).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://siem.north.example/"}, "url"),
        ({"url": "https://user:pass@siem.north.example/"}, "url"),
        ({"url": "ftp://siem.north.example/"}, "url"),
        ({"actions": ["Auth!"]}, "actions.0"),
        ({"format": "syslog"}, "format"),
        ({"name": ""}, "name"),
    ],
)
def test_a_wrong_one_is_refused_by_name_of_the_field(
    north: House, wrong: dict[str, Any], field: str
) -> None:
    refused = north.api("admin").post(URL, json=BODY | wrong)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_names_are_taken_once_and_ten_are_the_most(north: House) -> None:
    admin = north.api("admin")
    for number in range(9):
        add_hook(north, PLACE, name=f"SIEM {number}")
    taken = admin.post(URL, json=BODY | {"name": "SIEM 0"})
    assert (taken.status_code, taken.json["code"]) == (409, "webhook_name_taken")
    add_hook(north, PLACE, name="SIEM 9")
    full = admin.post(URL, json=BODY)
    assert (full.status_code, full.json["code"]) == (409, "too_many_webhooks")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "[::1]"])
def test_a_private_place_is_never_connected_to(host: str) -> None:
    said = post(Outbound(seconds=0.5), f"https://{host}/latest", "{}", {})
    assert (said.arrived, said.status) == (False, None)
    assert "does not lead to a public address" in said.why


def test_a_change_is_told_field_by_field(north: House) -> None:
    hook = add_hook(north, PLACE)
    changed = hook.call("PATCH", json={"actions": ["role."], "format": "ocsf"}).json
    assert (changed["actions"], changed["format"]) == (["role."], "ocsf")
    entry = trail(north)[0]
    assert entry["sentence"] == "changed the webhook SIEM: actions, format"
    assert hook.call("PATCH", json={"url": "http://x.example"}).status_code == 422
    hook.call("PATCH", json={"state": "paused"})
    hook.call("PATCH", json={"state": "paused"})
    hook.call("PATCH", json={"state": "on"})
    actions = [entry["action"] for entry in trail(north)]
    assert actions[:3] == ["webhook.resumed", "webhook.paused", "webhook.changed"]


def test_two_secrets_sign_while_one_is_being_replaced(hook: Hook, siem: Receiver) -> None:
    made = hook.call("POST", "/secrets", json={"overlap_hours": 2}).json
    assert made["secret"] != hook.secret
    for hours, signatures in ((1, 2), (3, 1)):
        hook.happen()
        hook.work(timedelta(hours=hours))
        assert len(siem.received[-1].headers["webhook-signature"].split()) == signatures
    assert trail(hook.house)[0]["action"] == "webhook.secret_replaced"
    assert hook.call("POST", "/secrets", json={"overlap_hours": 999}).status_code == 422


def test_whoever_removes_it_leaves_nothing_behind(hook: Hook, siem: Receiver) -> None:
    hook.happen()
    hook.work()
    hook.happen()
    assert hook.call("DELETE").status_code == 204
    assert hook.call("GET").status_code == 404
    assert trail(hook.house)[0]["action"] == "webhook.removed"
    with hook.house.work() as session:
        for model in (Queued, Delivery):
            assert session.scalars(sa.select(model)).all() == []


def test_another_organisation_learns_nothing(harbour: House, hook: Hook) -> None:
    hook.happen()
    hook.work()
    delivery = hook.deliveries()[0]["id"]
    admin = harbour.api("admin")
    mine = add_hook(harbour, PLACE)
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/secrets", {}),
        ("POST", "/tests", None),
        ("POST", "/replays", {"since": "2026-01-01"}),
        ("GET", "/deliveries", None),
        ("GET", f"/deliveries/{delivery}", None),
        ("POST", f"/deliveries/{delivery}/replays", None),
    ):
        for webhook in (hook.id, str(uuid4())):
            answer = admin.request(method, f"{URL}/{webhook}{path}", json=body)
            assert answer.status_code == 404, (method, path)
    assert mine.call("GET", f"/deliveries/{delivery}").status_code == 404


def test_a_fresh_proof_is_asked_for(north: House) -> None:
    hook = add_hook(north, PLACE)
    admin = north.api("admin")
    with clock.held_at(clock.now() + timedelta(minutes=30)):
        for method, path in (
            ("POST", ""),
            ("DELETE", f"/{hook.id}"),
            ("POST", f"/{hook.id}/secrets"),
        ):
            refused = admin.request(method, f"{URL}{path}", json={})
            assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")


@pytest.mark.parametrize("values", [False, True], ids=["names alone", "with values"])
def test_nothing_personal_is_ever_sent(north: House, siem: Receiver, values: bool) -> None:
    hook = add_hook(north, siem.url, actions=[], with_values=values)
    with north.work() as session:
        patron = add_patron("P-1", "Tove Ek", email="tove@reader.example", note="Likes maps")
        add_item(add_bib("The tides"), "I-1")
    with north.work() as session:
        session.merge(patron).name = "Tove Ekman"
    loan = {"item_barcode": "I-1", "patron_barcode": "P-1"}
    lent = north.api("librarian").post("/api/v1/loans", json=loan)
    assert lent.status_code == 201, lent.json
    hook.work()
    sent = b"".join(one.body for one in siem.received).decode()
    assert "The tides" in sent
    for secret in ("Tove", "tove@reader.example", "Likes maps", hook.secret):
        assert secret not in sent
    assert ('"before"' in sent) is values
    (renamed,) = [one for one in siem.entries if one["action"] == "patron.updated"]
    assert {change["field"] for change in renamed["changes"]} >= {"name"}
    assert renamed["subject"]["label"].startswith("Patron ")
