"""The link in the mail: once, by one, as long as the inviter may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.staff.service import change
from stackroom.testing.house import House, open_house
from stackroom.testing.inviting import ACCEPTS, COLLEAGUE, Inviting


def sign_in(house: House, password: str = ACCEPTS["password"]) -> int:
    body = {"email": COLLEAGUE["email"], "password": password}
    return house.anonymous().post("/api/v1/auth/tokens", json=body).status_code


def refused(inviting: Inviting, token: str, **changes: Any) -> tuple[int, str]:
    answer = inviting.accept(token, **changes)
    return answer.status_code, answer.json["code"]


VOID = (422, "invitation_void")


def test_the_link_opens_an_account_with_the_roles(inviting: Inviting) -> None:
    made = inviting.invited(roles=["auditor", "librarian"])
    answer = inviting.accept(inviting.token(), name="Carl H.")
    assert answer.status_code == 201
    assert answer.json["email"] == COLLEAGUE["email"]
    assert (answer.json["name"], answer.json["roles"]) == ("Carl H.", ["auditor", "librarian"])
    assert sign_in(inviting.house) == 200
    assert inviting.state(made) == "accepted"
    (event,) = inviting.events("staff.invitation_accepted")
    assert event["actor"]["label"] == "Carl H."
    (granted,) = inviting.events("role.granted")
    assert "from none to auditor, librarian" in granted["sentence"]


def test_a_link_serves_once(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    assert inviting.accept(token).status_code == 201
    assert refused(inviting, token, password="a thief's own words") == VOID
    assert sign_in(inviting.house, "a thief's own words") == 401


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "é" * 43, "' OR 1=1 --"])
def test_a_link_of_nobodys_says_no_more(inviting: Inviting, token: str) -> None:
    inviting.invited()
    inviting.mails()
    assert refused(inviting, token) == VOID


def test_a_link_runs_out_after_seven_days(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    with clock.held_at(clock.now() + timedelta(days=7, seconds=1)):
        assert refused(inviting, token) == VOID
    with clock.held_at(clock.now() + timedelta(days=6, hours=23)):
        assert inviting.accept(token).status_code == 201


def test_a_revoked_link_is_dead(inviting: Inviting) -> None:
    made = inviting.invited()
    token = inviting.token()
    inviting.house.api("admin").delete(f"/api/v1/invitations/{made}")
    assert refused(inviting, token) == VOID


def test_a_link_serves_at_its_own_organisation_alone(inviting: Inviting, harbour: House) -> None:
    inviting.invited()
    token = inviting.token()
    answer = inviting.accept(token, harbour)
    assert (answer.status_code, answer.json["code"]) == VOID
    assert harbour.api("admin").get("/api/v1/staff").json["total"] == 3
    assert inviting.accept(token).status_code == 201


def test_two_who_accept_at_once_are_one_account(inviting: Inviting) -> None:
    inviting.invited()
    token, start = inviting.token(), Barrier(4)

    def accept(number: int) -> int:
        start.wait()
        return inviting.accept(token, name=f"Carl {number}").status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(accept, range(4)))
    assert statuses == [201, 422, 422, 422]
    assert inviting.house.api("admin").get("/api/v1/staff").json["total"] == 4


def test_accepting_and_revoking_at_once_end_in_one_of_the_two(inviting: Inviting) -> None:
    made = inviting.invited()
    token, start, admin = inviting.token(), Barrier(2), inviting.house.api("admin")

    def accept() -> int:
        start.wait()
        return inviting.accept(token).status_code

    def revoke() -> int:
        start.wait()
        return admin.delete(f"/api/v1/invitations/{made}").status_code

    with ThreadPoolExecutor(2) as pool:
        ends = (pool.submit(accept), pool.submit(revoke))
        accepted, revoked = (end.result() for end in ends)
    assert (accepted, revoked) in {(201, 409), (422, 204)}
    people = inviting.house.api("admin").get("/api/v1/staff").json["total"]
    assert people == (4 if accepted == 201 else 3)


def second_admin(inviting: Inviting) -> None:
    with inviting.house.work("admin"):
        change(inviting.house.account("librarian"), roles=["admin"])


@pytest.mark.parametrize("loss", [{"active": False}, {"roles": ["auditor"]}])
def test_an_inviter_who_lost_the_right_lets_nobody_in(
    inviting: Inviting, loss: dict[str, Any]
) -> None:
    second_admin(inviting)
    made = inviting.invited()
    token = inviting.token()
    with inviting.house.work("librarian"):
        change(inviting.house.account("admin"), **loss)
    answer = inviting.accept(token)
    assert (answer.status_code, answer.json["code"]) == (409, "inviter_without_right")
    assert answer.json["detail"].startswith("Ada Admin invited you and may not give these roles")
    assert sign_in(inviting.house) == 401
    (event,) = inviting.events("staff.invitation_refused")
    assert "could not accept the invitation of carl@x.example" in event["sentence"]

    inviting.house.api("librarian").post(f"/api/v1/invitations/{made}/resend")
    assert inviting.accept(inviting.token()).status_code == 201


def test_a_poor_password_leaves_the_link_as_it_was(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    assert refused(inviting, token, password="password1234") == (422, "invalid")
    assert refused(inviting, token, password="Carl Holm") == (422, "invalid")
    assert refused(inviting, token, name=" ") == (422, "invalid")
    assert inviting.accept(token).status_code == 201


def test_an_account_that_was_opened_meanwhile_stays_as_it_is(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    person = {**COLLEAGUE, "password": "five blue lanterns", "roles": ["auditor"]}
    assert inviting.house.api("admin").post("/api/v1/staff", json=person).status_code == 201
    assert refused(inviting, token) == (409, "email_taken")
    assert sign_in(inviting.house) == 401


def test_a_full_plan_refuses_until_there_is_room(app: Stackroom) -> None:
    inviting = Inviting(open_house(app, "full", plan="free"))
    inviting.invited()
    token = inviting.token()
    assert refused(inviting, token) == (409, "plan_limit_reached")
    with inviting.house.work("admin"):
        change(inviting.house.account("auditor"), active=False)
    assert inviting.accept(token).status_code == 201


@pytest.mark.parametrize("extra", [{"roles": ["admin"]}, {"email": "eva@x.example"}])
def test_hidden_members_are_refused(inviting: Inviting, extra: dict[str, Any]) -> None:
    inviting.invited(roles=["auditor"])
    assert refused(inviting, inviting.token(), **extra) == (422, "invalid")


def test_a_suspended_organisation_takes_nobody_in(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    inviting.house.suspend()
    assert refused(inviting, token) == (403, "organisation_suspended")
