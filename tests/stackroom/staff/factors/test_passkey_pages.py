"""Passkeys, by a software authenticator that answers as a device does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.factors.models import Passkey
from stackroom.testing.authenticator import Authenticator
from stackroom.testing.factors import ask, give_passkey, half_way, origin, sign_in
from stackroom.testing.house import Answer, House
from stackroom.testing.visitor import Visitor, visit

MAKE = "/account/security/passkeys"
ALONE, SECOND = "/sign-in/passkey", "/sign-in/factor/passkey"


def passkeys(house: House) -> list[tuple[Any, str, int]]:
    with house.work():
        rows = db.session.execute(sa.select(Passkey.id, Passkey.name, Passkey.sign_count))
        return [(row.id, row.name, row.sign_count) for row in rows]


def alone(house: House, device: Authenticator, onward: str = "") -> Answer:
    visitor = visit(house)
    answer = device.get(ask(visitor, f"{ALONE}/challenge"))
    return visitor.post(ALONE, {"credential": answer, "next": onward})


def second(visitor: Visitor, device: Authenticator) -> Answer:
    answer = device.get(ask(visitor, "/sign-in/factor/challenge"))
    return visitor.post(SECOND, {"credential": answer})


def refused(answer: Answer) -> None:
    assert answer.status_code == 401, answer.text
    assert "This passkey could not be read here" in answer.text


class TestMaking:
    def test_several_are_made_and_named(self, north: House) -> None:
        visitor = visit(north, "librarian")
        give_passkey(visitor, "Telephone")
        give_passkey(visitor, "Blue key")
        page = visitor.get("/account/security").text
        assert "Telephone" in page
        assert "Blue key" in page

    def test_the_host_is_the_organisations_stored_one(self, north: House) -> None:
        offered = ask(visit(north, "librarian"), f"{MAKE}/challenge")
        assert offered["rp"] == {"name": north.tenant.name, "id": north.tenant.host}
        assert offered["user"]["name"] == north.email("librarian")

    def test_a_device_that_holds_one_is_told_so(self, north: House) -> None:
        visitor = visit(north, "librarian")
        give_passkey(visitor)
        assert len(ask(visitor, f"{MAKE}/challenge")["excludeCredentials"]) == 1

    def test_the_same_one_is_not_taken_twice(self, north: House) -> None:
        visitor = visit(north, "librarian")
        device = give_passkey(visitor)
        again = device.create(ask(visitor, f"{MAKE}/challenge"))
        answer = visitor.post(MAKE, {"name": "Again", "credential": again})
        assert answer.status_code == 409
        assert len(passkeys(north)) == 1

    def test_an_answer_to_another_sessions_question_is_refused(self, north: House) -> None:
        first, other = visit(north, "librarian"), visit(north, "librarian")
        device = Authenticator(origin(first))
        made = device.create(ask(first, f"{MAKE}/challenge"))
        ask(other, f"{MAKE}/challenge")
        refused(other.post(MAKE, {"name": "Planted", "credential": made}))
        cookie = first.client.get_cookie("stackroom_challenge", domain=first.host)
        assert cookie
        other.client.set_cookie("stackroom_challenge", cookie.value, domain=other.host)
        refused(other.post(MAKE, {"name": "Planted", "credential": made}))

    @pytest.mark.parametrize("other", ["https://evil.example", "http://north.evil.example"])
    def test_an_answer_from_another_site_is_refused(self, north: House, other: str) -> None:
        visitor = visit(north, "librarian")
        made = Authenticator(other).create(ask(visitor, f"{MAKE}/challenge"))
        refused(visitor.post(MAKE, {"name": "Phished", "credential": made}))

    @pytest.mark.parametrize(
        "nonsense",
        ["x", "{}", "[]", "null", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key"}'],
    )
    def test_nonsense_is_refused(self, north: House, nonsense: str) -> None:
        visitor = visit(north, "librarian")
        ask(visitor, f"{MAKE}/challenge")
        refused(visitor.post(MAKE, {"name": "Nothing", "credential": nonsense}))

    def test_a_passkey_needs_a_name(self, north: House) -> None:
        visitor = visit(north, "librarian")
        made = Authenticator(origin(visitor)).create(ask(visitor, f"{MAKE}/challenge"))
        assert visitor.post(MAKE, {"name": "", "credential": made}).status_code == 422


class TestKeeping:
    def test_one_is_renamed_with_before_and_after_in_the_trail(self, north: House) -> None:
        visitor = visit(north, "librarian")
        give_passkey(visitor, "Old")
        ((passkey_id, *_),) = passkeys(north)
        assert visitor.post(f"{MAKE}/{passkey_id}", {"name": "New"}).status_code == 303
        told = north.api("admin").get("/api/v1/audit/entries?action=factor.renamed").text
        assert "from “Old” to “New”" in told

    def test_one_is_removed_and_opens_nothing_any_more(self, north: House) -> None:
        visitor = visit(north, "librarian")
        device = give_passkey(visitor)
        ((passkey_id, *_),) = passkeys(north)
        assert visitor.post(f"{MAKE}/{passkey_id}/remove").status_code == 303
        refused(alone(north, device))
        assert sign_in(north, "librarian").status_code == 200

    def test_somebody_elses_is_not_there(self, north: House) -> None:
        give_passkey(visit(north, "librarian"))
        ((passkey_id, *_),) = passkeys(north)
        other = visit(north, "admin")
        assert other.post(f"{MAKE}/{passkey_id}", {"name": "Mine"}).status_code == 404
        assert other.post(f"{MAKE}/{passkey_id}/remove").status_code == 404
        assert len(passkeys(north)) == 1


class TestAlone:
    def test_it_signs_in_without_a_password(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        assert alone(north, device, "/catalogue").location == "/catalogue"
        assert alone(north, device, "//evil.example").location == "/start"

    def test_nobody_is_named_in_the_question(self, north: House) -> None:
        give_passkey(visit(north, "librarian"))
        asked = ask(visit(north), f"{ALONE}/challenge")
        assert asked["allowCredentials"] == []
        assert asked["userVerification"] == "required"

    def test_one_that_does_not_know_its_person_is_not_enough(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"), verifies=False)
        refused(alone(north, device))
        assert second(half_way(north, "librarian"), device).status_code == 303

    def test_an_answer_serves_once(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"), counts=False)
        visitor = visit(north)
        credential = device.get(ask(visitor, f"{ALONE}/challenge"))
        kept = visitor.client.get_cookie("stackroom_challenge", domain=visitor.host)
        assert kept
        assert visitor.post(ALONE, {"credential": credential}).status_code == 303
        thief = visit(north)
        thief.client.set_cookie("stackroom_challenge", kept.value, domain=thief.host)
        refused(thief.post(ALONE, {"credential": credential}))

    def test_a_question_is_old_after_five_minutes(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        visitor = visit(north)
        credential = device.get(ask(visitor, f"{ALONE}/challenge"))
        with clock.held_at(clock.now() + timedelta(minutes=5, seconds=2)):
            refused(visitor.post(ALONE, {"credential": credential}))

    def test_a_counter_that_has_not_risen_means_that_there_are_two(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        copy = replace(device)
        assert alone(north, device).status_code == 303
        refused(alone(north, copy))
        assert passkeys(north)[0][2] == 1

    def test_a_key_of_nobodys_and_a_forged_answer_are_refused_alike(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        forged = Authenticator(device.origin, id=device.id, rp_id=device.rp_id)
        unknown = Authenticator(device.origin, rp_id=device.rp_id)
        for stranger in (forged, unknown):
            refused(alone(north, stranger))

    def test_a_handle_of_somebody_else_is_refused(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        other = give_passkey(visit(north, "admin"))
        device.user_handle = other.user_handle
        refused(alone(north, device))

    def test_a_closed_account_stays_closed(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        with north.work("admin"):
            north.account("librarian").active = False
        refused(alone(north, device))

    def test_it_is_nobodys_at_another_organisation(self, north: House, harbour: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        device.origin, device.rp_id = origin(visit(harbour)), harbour.tenant.host
        refused(alone(harbour, device))

    def test_a_refusal_is_in_the_trail(self, north: House) -> None:
        refused(alone(north, Authenticator(origin(visit(north)), rp_id=north.tenant.host)))
        told = north.api("admin").get("/api/v1/audit/entries?action=factor.refused").json
        assert told["total"] == 1


class TestSecond:
    def test_it_completes_a_password(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        visitor = half_way(north, "librarian")
        asked = ask(visitor, "/sign-in/factor/challenge")
        assert len(asked["allowCredentials"]) == 1
        assert second(visitor, device).status_code == 303
        assert visitor.get("/start").status_code == 200

    def test_somebody_elses_completes_nothing(self, north: House) -> None:
        give_passkey(visit(north, "librarian"))
        other = give_passkey(visit(north, "admin"))
        refused(second(half_way(north, "librarian"), other))

    def test_a_question_for_one_purpose_is_answered_for_no_other(self, north: House) -> None:
        device = give_passkey(visit(north, "librarian"))
        visitor = half_way(north, "librarian")
        for_second = device.get(ask(visitor, "/sign-in/factor/challenge"))
        refused(visitor.post(ALONE, {"credential": for_second}))

    def test_without_a_password_there_is_no_half_way(self, north: House) -> None:
        give_passkey(visit(north, "librarian"))
        visitor = visit(north)
        visitor.get("/sign-in")
        assert visitor.post("/sign-in/factor/challenge").location == "/sign-in"
        assert visitor.post(SECOND, {"credential": "{}"}).location == "/sign-in"


def test_one_made_for_a_former_address_is_a_factor_still_and_said_to_be_so(north: House) -> None:
    """Losing an address must not open accounts with the password alone."""
    give_passkey(visit(north, "librarian"))
    with north.work():
        db.session.execute(sa.update(Passkey).values(host="old.north.example"))
    assert sign_in(north, "librarian").json["code"] == "otp_required"
    assert "for old.north.example only" in visit(north, "librarian").get("/account/security").text
