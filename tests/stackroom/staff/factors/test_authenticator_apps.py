"""Setting up an authenticator app, and the codes that stand in for it."""

import re
from datetime import timedelta

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.staff.factors.models import AuthenticatorApp, RecoveryCode
from stackroom.testing.factors import (
    Telephone,
    factor_mails,
    give_app,
    give_passkey,
    half_way,
    sign_in,
)
from stackroom.testing.house import Answer, House
from stackroom.testing.visitor import Visitor, visit

SECRET = re.compile(r"Secret: <code[^>]*>([A-Z2-7]+)</code>")
CODE = re.compile(r"<code>([a-z2-7]{5}-[a-z2-7]{5})</code>")


def begin(visitor: Visitor) -> Telephone:
    assert visitor.post("/account/security/app").location == "/account/security/app"
    found = SECRET.search(visitor.get("/account/security/app").text)
    assert found
    return Telephone(found[1])


def set_up(house: House, role: str = "librarian") -> tuple[Telephone, list[str]]:
    visitor = visit(house, role)
    telephone = begin(visitor)
    page = visitor.post("/account/security/app/code", {"code": telephone.code()})
    assert page.status_code == 200, page.text
    return telephone, CODE.findall(page.text)


def entries(house: House, action: str) -> list[str]:
    path = f"/api/v1/audit/entries?action={action}"
    return [str(one) for one in house.api("admin").get(path).json["items"]]


def show(house: House, code: str) -> Answer:
    return half_way(house, "librarian").post("/sign-in/factor", {"otp": code})


class TestSettingUp:
    def test_ends_with_ten_codes_that_are_shown_once(self, north: House) -> None:
        _, codes = set_up(north)
        assert len(set(codes)) == 10
        page = visit(north, "librarian").get("/account/security").text
        assert "10 left" in page
        assert CODE.findall(page) == []
        (told,) = entries(north, "factor.added")
        assert "an authenticator app" in told

    def test_the_secret_is_a_picture_too_and_is_gone_afterwards(self, north: House) -> None:
        visitor = visit(north, "librarian")
        telephone = begin(visitor)
        assert "data:image/svg+xml" in visitor.get("/account/security/app").text
        visitor.post("/account/security/app/code", {"code": telephone.code()})
        assert visitor.get("/account/security/app").location == "/account/security"
        again = visitor.post("/account/security/app")
        assert again.status_code == 409

    def test_a_wrong_code_sets_up_nothing(self, north: House) -> None:
        visitor = visit(north, "librarian")
        begin(visitor)
        answer = visitor.post("/account/security/app/code", {"code": "000000"})
        assert answer.status_code == 422
        assert "This code does not fit" in answer.text
        assert sign_in(north, "librarian").status_code == 200

    def test_begun_anew_the_first_secret_serves_no_more(self, north: House) -> None:
        visitor = visit(north, "librarian")
        first, second = begin(visitor), begin(visitor)
        path = "/account/security/app/code"
        assert visitor.post(path, {"code": first.code()}).status_code == 422
        assert visitor.post(path, {"code": second.code()}).status_code == 200

    def test_a_code_without_a_beginning_finds_nothing(self, north: House) -> None:
        answer = visit(north, "librarian").post("/account/security/app/code", {"code": "123456"})
        assert answer.status_code == 404

    def test_what_is_kept_can_be_read_by_nobody(self, north: House) -> None:
        telephone, codes = set_up(north)
        with north.work():
            sealed = db.session.scalars(sa.select(AuthenticatorApp.sealed_secret)).one()
            hashes = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
        assert telephone.secret not in sealed
        assert not set(codes) & set(hashes)

    def test_no_secret_is_in_the_trail(self, north: House) -> None:
        telephone, codes = set_up(north)
        trail = north.api("admin").get("/api/v1/audit/entries?per_page=100").text
        assert not [secret for secret in (telephone.secret, *codes) if secret in trail]

    def test_the_person_is_told_by_mail(self, north: House) -> None:
        set_up(north)
        ((to, text),) = factor_mails(north)
        assert to == north.email("librarian")
        assert "You set up a second factor: an authenticator app." in text
        assert f"{north.app.settings.origin(north.tenant.host)}/account/security" in text


class TestCodes:
    def test_a_code_opens_the_door(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        assert show(north, telephone.code()).location == "/start"

    def test_a_code_serves_once(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        code = telephone.code()
        assert show(north, code).status_code == 303
        again = show(north, code)
        assert again.status_code == 401
        assert "was used already" in again.text

    def test_an_older_code_is_refused_after_a_later_one(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        later = telephone.next_code()
        earlier = telephone.code()
        assert show(north, later).status_code == 303
        assert show(north, earlier).status_code == 401

    def test_the_code_of_setting_up_serves_for_no_sign_in(self, north: House) -> None:
        with clock.held_at(clock.now()):
            telephone, _ = set_up(north)
            assert show(north, telephone.code()).status_code == 401
            assert show(north, telephone.next_code()).status_code == 303

    def test_a_code_of_a_minute_ago_is_too_old(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        old = telephone.code(clock.now() - timedelta(seconds=60))
        assert show(north, old).status_code == 401

    def test_a_code_of_somebody_else_is_refused(self, north: House) -> None:
        give_app(north, "librarian")
        other = give_app(north, "admin")
        assert show(north, other.code()).status_code == 401

    def test_blanks_in_a_code_are_how_apps_show_it(self, north: House) -> None:
        code = give_app(north, "librarian").code()
        assert show(north, f"{code[:3]} {code[3:]}").status_code == 303

    def test_after_the_process_has_a_new_secret_key_no_code_fits(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        with north.work():
            db.session.execute(sa.update(AuthenticatorApp).values(sealed_secret="of another key"))
        assert show(north, telephone.code()).status_code == 401


class TestRecoveryCodes:
    def test_each_serves_once_and_leaves_an_event(self, north: House) -> None:
        _, codes = set_up(north)
        assert show(north, codes[0].upper()).status_code == 303
        assert show(north, codes[0]).status_code == 401
        (told,) = entries(north, "factor.recovery_code_spent")
        assert "9" in told
        assert codes[0] not in told

    def test_made_anew_the_old_ones_serve_no_more(self, north: House) -> None:
        _, old = set_up(north)
        page = visit(north, "librarian").post("/account/security/recovery-codes")
        new = CODE.findall(page.text)
        assert len(new) == 10
        assert show(north, old[0]).status_code == 401
        assert show(north, new[0]).status_code == 303
        assert any("10 were left" in told for told in entries(north, "factor.recovery_codes_made"))

    def test_without_a_factor_there_is_nothing_to_stand_in_for(self, north: House) -> None:
        answer = visit(north, "librarian").post("/account/security/recovery-codes")
        assert answer.status_code == 409


class TestRemoving:
    def test_the_app_takes_its_codes_along(self, north: House) -> None:
        set_up(north)
        visitor = visit(north, "librarian")
        assert visitor.post("/account/security/app/remove").status_code == 303
        assert sign_in(north, "librarian").status_code == 200
        with north.work():
            assert db.session.scalars(sa.select(RecoveryCode)).all() == []
        (told,) = entries(north, "factor.removed")
        assert "an authenticator app" in told

    def test_the_codes_stay_where_another_factor_does(self, north: House) -> None:
        _, codes = set_up(north)
        visitor = visit(north, "librarian")
        give_passkey(visitor)
        visitor.post("/account/security/app/remove")
        assert sign_in(north, "librarian", otp=codes[0]).status_code == 200

    def test_what_is_not_there_is_not_removed(self, north: House) -> None:
        answer = visit(north, "librarian").post("/account/security/app/remove")
        assert answer.status_code == 404


def test_my_factors_are_listed_without_their_secrets(north: House) -> None:
    telephone, _ = set_up(north)
    give_passkey(visit(north, "librarian"), "Blue key")
    mine = north.api("librarian").get("/api/v1/me/factors")
    assert mine.json["authenticator_app"] is True
    assert mine.json["recovery_codes_left"] == 10
    assert [one["name"] for one in mine.json["passkeys"]] == ["Blue key"]
    assert telephone.secret not in mine.text
    assert north.api("admin").get("/api/v1/me/factors").json["passkeys"] == []


def test_an_app_of_one_organisation_is_none_at_another(north: House, harbour: House) -> None:
    give_app(north, "librarian")
    assert sign_in(harbour, "librarian").status_code == 200
