"""Inviting, sending again, revoking: who may, what is refused, and what the trail tells."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.core.permissions import Grant, Principal
from stackroom.staff.errors import GrantBeyondOwn
from stackroom.staff.invitations import service, tasks
from stackroom.staff.invitations.models import InvitationLink
from stackroom.testing.house import House, open_house
from stackroom.testing.inviting import COLLEAGUE, Inviting, text
from tenants import context


def hashes(house: House) -> list[str]:
    with house.work("admin") as session:
        return list(session.scalars(sa.select(InvitationLink.token_hash)))


def test_somebody_is_invited_and_gets_a_mail(inviting: Inviting) -> None:
    made = inviting.invite(email=" Carl@X.example ").json
    assert made["email"] == "carl@x.example"
    assert (made["state"], made["sendings"], made["warning"]) == ("pending", 1, "")
    assert made["grants"] == [{"role": "librarian", "library_id": None, "until": None}]
    assert made["invited_by"] == "Ada Admin"
    (mail,) = inviting.mails()
    assert mail["Subject"] == f"Ada Admin invites you to {inviting.house.tenant.name}"
    told = text(mail)
    assert told.startswith("Hello Carl Holm,")
    assert f"http://{inviting.house.tenant.host}" in told
    html = mail.get_body(("html",))
    assert html
    assert "Accept the invitation" in html.get_content()


def test_the_secret_stands_in_the_mail_alone(inviting: Inviting) -> None:
    inviting.invited()
    secret = inviting.token()
    assert hashes(inviting.house) == [sha256(secret.encode()).hexdigest()]
    assert secret not in inviting.house.api("auditor").get("/api/v1/audit/entries").text


@pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
def test_only_whoever_holds_the_permission_invites(inviting: Inviting, role: str) -> None:
    made = inviting.invited()
    api = inviting.house.api(role)
    for answer in (
        inviting.invite(role, email="eva@x.example"),
        api.post(f"/api/v1/invitations/{made}/resend"),
        api.delete(f"/api/v1/invitations/{made}"),
        api.post("/api/v1/invitations/bulk"),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "permission_denied")
    assert inviting.state(made) == "pending"


def test_auditors_read_and_librarians_do_not(inviting: Inviting) -> None:
    made = inviting.invited()
    for path in ("/api/v1/invitations", f"/api/v1/invitations/{made}"):
        assert inviting.house.api("auditor").get(path).status_code == 200
        assert inviting.house.api("librarian").get(path).status_code == 403
        assert inviting.house.anonymous().get(path).status_code == 401


def test_nobody_confers_more_than_they_hold(inviting: Inviting) -> None:
    made = inviting.invited()
    with inviting.house.work("admin"):
        account = inviting.house.account("auditor")
        only = (Grant("inviter", frozenset({"invitations.write"})),)
        lesser = Principal(account.id, account.email, account.name, only, account.id, "api")
        with pytest.raises(GrantBeyondOwn):
            service.invite(lesser, email="eva@x.example", roles=["admin"])
        with pytest.raises(GrantBeyondOwn):
            service.resend(lesser, UUID(made))


def test_an_address_with_an_account_is_refused(inviting: Inviting) -> None:
    for role in ("librarian", "patron"):
        answer = inviting.invite(email=inviting.house.email(role).upper())
        assert (answer.status_code, answer.json["code"]) == (409, "email_taken")
        assert answer.json["errors"][0]["field"] == "email"


def test_an_address_has_one_open_invitation(inviting: Inviting) -> None:
    made = inviting.invited()
    again = inviting.invite()
    assert (again.status_code, again.json["code"]) == (409, "already_invited")
    inviting.house.api("admin").delete(f"/api/v1/invitations/{made}")
    assert inviting.invite().status_code == 201


def test_one_that_has_run_out_makes_way_for_the_next(inviting: Inviting) -> None:
    made = inviting.invited()
    with clock.held_at(clock.now() + timedelta(days=7, seconds=1)):
        inviting.invited()
        assert inviting.state(made) == "revoked"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "carl"}, "email"),
        ({"roles": []}, "roles"),
        ({"roles": ["patron"]}, "roles"),
        ({"roles": ["owner"]}, "roles"),
        ({"name": "Carl\r\nBcc: all@x.example"}, "name"),
        ({"state": "accepted"}, "state"),
        ({"invited_by_id": "0197c0de-0000-7000-8000-000000000001"}, "invited_by_id"),
    ],
)
def test_what_is_wrong_is_named(inviting: Inviting, changes: dict[str, Any], field: str) -> None:
    answer = inviting.invite(**changes)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}


def test_sending_again_kills_the_link_before(inviting: Inviting) -> None:
    made = inviting.invited()
    first = inviting.token()
    with clock.held_at(clock.now() + timedelta(days=3)):
        answer = inviting.house.api("admin").post(f"/api/v1/invitations/{made}/resend")
        assert answer.json["sendings"] == 2
        assert inviting.accept(first).json["code"] == "invitation_void"
        second = inviting.token()
        assert second != first
        assert inviting.accept(first).json["code"] == "invitation_void"
    with clock.held_at(clock.now() + timedelta(days=9)):
        assert inviting.accept(second).status_code == 201


def test_a_mail_that_was_overtaken_is_not_written(inviting: Inviting) -> None:
    made = inviting.invited()
    inviting.house.api("admin").post(f"/api/v1/invitations/{made}/resend")
    assert len(inviting.mails()) == 1
    assert inviting.accept(inviting.token()).status_code == 201


def test_what_is_over_is_not_sent_and_not_revoked(inviting: Inviting) -> None:
    admin = inviting.house.api("admin")
    made = inviting.invited()
    assert admin.delete(f"/api/v1/invitations/{made}").status_code == 204
    assert inviting.state(made) == "revoked"
    assert inviting.mails() == []
    for answer in (
        admin.post(f"/api/v1/invitations/{made}/resend"),
        admin.delete(f"/api/v1/invitations/{made}"),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "invitation_over")


def test_one_that_ran_out_is_sent_again(inviting: Inviting) -> None:
    made = inviting.invited()
    with clock.held_at(clock.now() + timedelta(days=8)):
        assert inviting.state(made) == "expired"
        assert inviting.mails() == []
        answer = inviting.house.api("admin").post(f"/api/v1/invitations/{made}/resend")
        assert answer.json["state"] == "pending"
        assert inviting.accept(inviting.token()).status_code == 201


def test_another_organisation_finds_nothing(inviting: Inviting, harbour: House) -> None:
    made = inviting.invited()
    stranger = harbour.api("admin")
    path = f"/api/v1/invitations/{made}"
    answers = [stranger.get(path), stranger.delete(path), stranger.post(f"{path}/resend")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert stranger.get("/api/v1/invitations").json["total"] == 0
    assert inviting.state(made) == "pending"
    assert Inviting(harbour).invite().status_code == 201


def test_the_list_is_cut_by_state_and_words(inviting: Inviting) -> None:
    carl = inviting.invited()
    eva = inviting.invited(email="eva@x.example", name="Eva 100%")
    inviting.house.api("admin").delete(f"/api/v1/invitations/{eva}")

    def found(query: str) -> list[str]:
        answer = inviting.house.api("auditor").get(f"/api/v1/invitations?{query}")
        assert answer.status_code == 200
        return [each["id"] for each in answer.json["items"]]

    assert found("") == [eva, carl]
    assert found("state=pending") == found("q=HOLM") == [carl]
    assert found("state=revoked") == found("q=100%25") == found("q=eva%40") == [eva]
    assert found("state=accepted") == found("q=nobody") == []
    assert found("per_page=1&page=2") == [carl]
    with clock.held_at(clock.now() + timedelta(days=8)):
        assert found("state=expired") == [carl]
    assert inviting.house.api("auditor").get("/api/v1/invitations?stat=x").status_code == 422


def test_each_act_leaves_an_event_with_before_and_after(inviting: Inviting) -> None:
    admin, made = inviting.house.api("admin"), inviting.invited()
    admin.post(f"/api/v1/invitations/{made}/resend")
    admin.delete(f"/api/v1/invitations/{made}")
    (sent,) = inviting.events("staff.invited")
    assert sent["sentence"].startswith("invited carl@x.example as librarian, until ")
    assert sent["actor"]["label"] == "Ada Admin"
    (again,) = inviting.events("staff.invitation_resent")
    assert ": it ran until " in again["sentence"]
    (revoked,) = inviting.events("staff.invitation_revoked")
    assert revoked["sentence"].endswith("which was pending")


def test_a_plan_without_room_warns(app: Stackroom) -> None:
    inviting = Inviting(open_house(app, "small", plan="free"))  # three of three work here
    told = inviting.invite()
    assert told.status_code == 201
    assert "has room for 0 more staff, and 1 invitations" in told.json["warning"]


def test_the_chore_forgets_links_that_have_run_out(inviting: Inviting) -> None:
    inviting.invited()
    inviting.token()
    house = inviting.house
    for days, left in ((6, 1), (8, 0)):
        with clock.held_at(clock.now() + timedelta(days=days)):
            with house.app.app_context(), context.acting_for(house.tenant):
                tasks.forget_links()
            assert len(hashes(house)) == left


def test_a_suspended_organisation_invites_nobody(inviting: Inviting) -> None:
    inviting.house.suspend()
    answer = inviting.invite()
    assert (answer.status_code, answer.json["code"]) == (403, "organisation_suspended")


def test_the_same_key_invites_once(inviting: Inviting) -> None:
    api = inviting.house.api("admin")
    headers = {"Idempotency-Key": "once"}
    first, second = (
        api.post("/api/v1/invitations", json=COLLEAGUE, headers=headers) for _ in range(2)
    )
    assert first.json == second.json
    assert len(inviting.mails()) == 1
