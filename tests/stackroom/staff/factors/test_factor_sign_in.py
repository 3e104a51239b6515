"""Signing in where a second factor is set up: by page in two steps, over the API in one."""

from datetime import timedelta

import pytest

from stackroom.core import clock
from stackroom.testing.factors import give_app, half_way, sign_in
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import visit


class TestByPage:
    def test_the_password_alone_opens_nothing(self, north: House) -> None:
        give_app(north, "librarian")
        visitor = half_way(north, "librarian")
        assert visitor.get("/start").location.startswith("/sign-in")

    def test_the_code_leads_to_where_one_wanted(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        visitor = half_way(north, "librarian", onward="/catalogue?q=ice")
        page = visitor.get("/sign-in/factor?next=/catalogue?q=ice")
        assert 'value="/catalogue?q=ice"' in page.text
        inside = visitor.post(
            "/sign-in/factor", {"otp": telephone.code(), "next": "/catalogue?q=ice"}
        )
        assert inside.location == "/catalogue?q=ice"

    @pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil"])
    def test_it_leads_to_no_other_host(self, north: House, elsewhere: str) -> None:
        telephone = give_app(north, "librarian")
        visitor = half_way(north, "librarian", onward=elsewhere)
        inside = visitor.post("/sign-in/factor", {"otp": telephone.code(), "next": elsewhere})
        assert inside.location == "/start"

    def test_the_half_way_cookie_is_short_and_out_of_reach(self, north: House) -> None:
        give_app(north, "librarian")
        visitor = visit(north)
        answer = visitor.post("/sign-in", {"email": north.email("librarian"), "password": PASSWORD})
        cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "halfway" in c)
        for attribute in ("HttpOnly", "SameSite=Strict", "Max-Age=300"):
            assert attribute in cookie

    def test_half_way_ends_after_five_minutes(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        visitor = half_way(north, "librarian")
        with clock.held_at(clock.now() + timedelta(minutes=5, seconds=2)):
            late = visitor.post("/sign-in/factor", {"otp": telephone.code()})
            assert late.location == "/sign-in"
            assert visitor.get("/sign-in/factor").location == "/sign-in"

    def test_half_way_ends_with_the_password_and_with_the_account(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        visitor = half_way(north, "librarian")
        with north.work("admin"):
            north.account("librarian").password_hash = "another"
        answer = visitor.post("/sign-in/factor", {"otp": telephone.code()})
        assert answer.location == "/sign-in"

        give_app(north, "admin")
        other = half_way(north, "admin")
        with north.work("librarian"):
            north.account("admin").active = False
        assert other.post("/sign-in/factor", {"otp": "123456"}).location == "/sign-in"

    def test_half_way_at_one_organisation_is_nowhere_at_another(
        self, north: House, harbour: House
    ) -> None:
        give_app(north, "librarian")
        cookie = half_way(north, "librarian").client.get_cookie(
            "stackroom_halfway", domain=north.tenant.host
        )
        assert cookie
        stranger = visit(harbour)
        stranger.client.set_cookie("stackroom_halfway", cookie.value, domain=harbour.tenant.host)
        assert stranger.get("/sign-in/factor").location == "/sign-in"

    def test_the_cookie_is_gone_once_inside(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        visitor = half_way(north, "librarian")
        visitor.post("/sign-in/factor", {"otp": telephone.code()})
        assert visitor.client.get_cookie("stackroom_halfway", domain=north.tenant.host) is None

    def test_who_has_no_factor_is_asked_for_none(self, north: House) -> None:
        visitor = visit(north)
        form = {"email": north.email("librarian"), "password": PASSWORD}
        assert visitor.post("/sign-in", form).location == "/start"


class TestOverTheApi:
    def test_a_missing_code_is_asked_for(self, north: House) -> None:
        give_app(north, "librarian")
        answer = sign_in(north, "librarian")
        assert (answer.status_code, answer.json["code"]) == (401, "otp_required")

    def test_a_wrong_password_is_not_told_that_there_is_a_factor(self, north: House) -> None:
        give_app(north, "librarian")
        body = {"email": north.email("librarian"), "password": "not this one"}
        answer = north.anonymous().post("/api/v1/auth/tokens", json=body)
        assert answer.json["code"] == "invalid_credentials"

    def test_a_wrong_code_is_no_credential(self, north: House) -> None:
        give_app(north, "librarian")
        answer = sign_in(north, "librarian", otp="000000")
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")

    def test_a_code_signs_in(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        assert sign_in(north, "librarian", otp=telephone.code()).status_code == 200

    def test_a_code_that_nobody_needs_does_no_harm(self, north: House) -> None:
        assert sign_in(north, "librarian", otp="123456").status_code == 200


class TestGuessing:
    def test_five_wrong_codes_lock_the_factor_out_although_the_password_is_right(
        self, north: House
    ) -> None:
        telephone = give_app(north, "librarian")
        for _ in range(5):
            assert sign_in(north, "librarian", otp="000000").status_code == 401
        locked = sign_in(north, "librarian", otp=telephone.code())
        assert (locked.status_code, locked.json["code"]) == (429, "locked_out")
        by_page = half_way(north, "librarian").post("/sign-in/factor", {"otp": telephone.code()})
        assert by_page.status_code == 429
        with clock.held_at(clock.now() + timedelta(seconds=62)):
            assert sign_in(north, "librarian", otp=telephone.code()).status_code == 200

    def test_a_right_code_sets_the_count_back(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        now = clock.now()
        for minute in (0, 1):
            with clock.held_at(now + timedelta(minutes=minute)):
                for _ in range(4):
                    assert sign_in(north, "librarian", otp="000000").status_code == 401
                right = sign_in(north, "librarian", otp=telephone.code())
                assert right.status_code == 200

    def test_a_stranger_cannot_lock_anybodys_factor_out(self, north: House) -> None:
        telephone = give_app(north, "librarian")
        body = {"email": north.email("librarian"), "password": "no", "otp": "000000"}
        for _ in range(4):
            north.anonymous().post("/api/v1/auth/tokens", json=body)
        assert sign_in(north, "librarian", otp=telephone.code()).status_code == 200

    def test_each_wrong_code_is_in_the_trail_without_it(self, north: House) -> None:
        give_app(north, "librarian")
        sign_in(north, "librarian", otp="314159")
        told = north.api("admin").get("/api/v1/audit/entries?action=factor.refused")
        assert told.json["total"] == 1
        assert "314159" not in told.text


def test_in_a_suspended_organisation_one_signs_in_all_the_same(north: House) -> None:
    telephone = give_app(north, "librarian")
    north.suspend()
    visitor = half_way(north, "librarian")
    assert visitor.post("/sign-in/factor", {"otp": telephone.code()}).status_code == 303
