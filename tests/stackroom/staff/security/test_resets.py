"""A forgotten password over the API: one link, one use, and nobody learns who is here."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from stackroom.audit.pseudonyms import masked
from stackroom.core import clock
from stackroom.staff.security.models import PasswordReset
from stackroom.staff.security.tasks import forget
from stackroom.testing.house import PASSWORD, Answer, House
from tenants import context

NEW = "other quiet words"
Link = Callable[[House, str], str]


def ask(house: House, email: str) -> Answer:
    return house.anonymous().post("/api/v1/auth/password-resets", json={"email": email})


def choose(house: House, token: str, password: str = NEW) -> Answer:
    body = {"token": token, "new_password": password}
    return house.anonymous().post("/api/v1/auth/password-resets/confirmations", json=body)


def signs_in(house: House, role: str, password: str) -> bool:
    body = {"email": house.email(role), "password": password}
    return house.anonymous().post("/api/v1/auth/tokens", json=body).status_code == 200


def test_the_link_in_the_mail_sets_a_new_password(north: House, link: Link) -> None:
    assert ask(north, north.email("librarian").upper()).status_code == 202
    assert choose(north, link(north, "librarian")).status_code == 204
    assert signs_in(north, "librarian", NEW)
    assert not signs_in(north, "librarian", PASSWORD)


def test_a_link_serves_once(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    assert choose(north, token).status_code == 204
    again = choose(north, token, "yet other words")
    assert (again.status_code, again.json["code"]) == (422, "invalid_reset")
    assert signs_in(north, "librarian", NEW)


def test_a_link_serves_once_even_at_the_same_moment(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    words = ["first quiet words", "second quiet words"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: choose(north, token, each), words))
    assert sorted(answer.status_code for answer in answers) == [204, 422]
    assert sum(signs_in(north, "librarian", each) for each in words) == 1


def test_a_newer_link_ends_the_older(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    older = link(north, "librarian")
    ask(north, north.email("librarian"))
    newer = link(north, "librarian")
    assert older != newer
    assert choose(north, older).json["code"] == "invalid_reset"
    assert choose(north, newer).status_code == 204


def test_a_link_serves_for_an_hour(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    with clock.held_at(clock.now() + timedelta(minutes=60, seconds=1)):
        assert choose(north, token).json["code"] == "invalid_reset"
    assert signs_in(north, "librarian", PASSWORD)


def test_a_link_of_another_organisation_is_no_link(
    north: House, harbour: House, link: Link
) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    foreign, invented = choose(harbour, token), choose(harbour, "x" * len(token))
    assert {**foreign.json, "request_id": ""} == {**invented.json, "request_id": ""}
    assert choose(north, token).status_code == 204


def test_a_password_that_is_refused_leaves_the_link_as_it_was(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    refused = choose(north, token, "password1234")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "new_password"
    assert choose(north, token).status_code == 204


def test_a_new_password_closes_every_session_and_tells_the_person(
    north: House, link: Link, mailbox: Callable[..., list[object]]
) -> None:
    held = north.api("librarian")
    ask(north, north.email("librarian"))
    assert not mailbox(north, "librarian", "was changed")
    choose(north, link(north, "librarian"))
    assert held.get("/api/v1/me").status_code == 401
    assert len(mailbox(north, "librarian", "was changed")) == 1


def test_an_owner_who_was_locked_out_comes_in_by_the_link(north: House, link: Link) -> None:
    for _ in range(6):
        signs_in(north, "librarian", "a wrong password")
    assert not signs_in(north, "librarian", PASSWORD)
    ask(north, north.email("librarian"))
    choose(north, link(north, "librarian"))
    assert signs_in(north, "librarian", NEW)


@pytest.mark.parametrize("who", ["unknown", "closed", "without a password"])
def test_nobody_is_written_to_who_could_not_sign_in_with_a_password(
    north: House, who: str, mailbox: Callable[..., list[object]]
) -> None:
    with north.work("admin"):
        account = north.account("auditor")
        account.active = who != "closed"
        account.password_hash = "" if who == "without a password" else account.password_hash
    email = "nobody@x.example" if who == "unknown" else north.email("auditor")
    answer, usual = ask(north, email), ask(north, north.email("librarian"))
    assert (answer.status_code, answer.json) == (usual.status_code, usual.json) == (202, usual.json)
    assert not mailbox(north, "auditor", "new password")
    assert len(mailbox(north, "librarian", "new password")) == 1


def test_a_link_does_not_open_an_account_that_was_closed_meanwhile(
    north: House, link: Link
) -> None:
    ask(north, north.email("auditor"))
    token = link(north, "auditor")
    with north.work("admin"):
        north.account("auditor").active = False
    assert choose(north, token).json["code"] == "invalid_reset"


def test_a_mailbox_is_not_filled_by_asking(
    north: House, mailbox: Callable[..., list[object]]
) -> None:
    for _ in range(5):
        assert ask(north, north.email("librarian")).status_code == 202
        north.deliver()
    assert len(mailbox(north, "librarian", "new password")) == 3
    with clock.held_at(clock.now() + timedelta(hours=1, seconds=1)):
        ask(north, north.email("librarian"))
        assert len(mailbox(north, "librarian", "new password")) == 4


def test_what_is_not_an_address_is_refused_with_its_field(north: House) -> None:
    answer = ask(north, "not an address")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "email")


def test_only_a_hash_of_the_token_is_kept(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    with north.work("admin") as session:
        kept = session.scalars(sa.select(PasswordReset.token_hash)).one()
    assert token not in kept
    assert len(kept) == 64


def test_each_step_is_in_the_trail_without_the_token(
    north: House, link: Link, told: Callable[..., list[dict[str, object]]]
) -> None:
    ask(north, north.email("librarian"))
    token = link(north, "librarian")
    choose(north, token)
    name = f"Librarian of {north.tenant.slug}"
    (asked,), (sent,) = told(north, "auth.reset_asked"), told(north, "auth.reset_sent")
    (chosen,) = told(north, "auth.password_reset")
    assert asked["subject"] == {
        "type": "account",
        "id": None,
        "label": masked(north.email("librarian")),
    }
    assert asked["actor"]["type"] == "anonymous"  # type: ignore[index]
    assert (sent["channel"], sent["subject"]["label"]) == ("job", name)  # type: ignore[index]
    assert chosen["actor"]["label"] == name  # type: ignore[index]
    assert not any(token in str(each) or NEW in str(each) for each in (asked, sent, chosen))


def test_a_suspended_organisation_lets_its_people_choose_a_password(
    north: House, link: Link
) -> None:
    north.suspend()
    assert ask(north, north.email("librarian")).status_code == 202
    assert choose(north, link(north, "librarian")).status_code == 204
    assert signs_in(north, "librarian", NEW)


def test_old_links_are_forgotten(north: House, link: Link) -> None:
    ask(north, north.email("librarian"))
    link(north, "librarian")
    with north.app.app_context(), context.acting_for(north.tenant):
        forget()
        with north.work("admin") as session:
            assert session.scalar(sa.select(sa.func.count(PasswordReset.id))) == 1
        with clock.held_at(clock.now() + timedelta(days=1, seconds=1)):
            forget()
    with north.work("admin") as session:
        assert session.scalar(sa.select(sa.func.count(PasswordReset.id))) == 0
