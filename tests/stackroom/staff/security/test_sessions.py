"""Where people are signed in: their own list, and an admin who ends it for a colleague."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from stackroom.core import clock
from stackroom.staff.models import RoleGrant
from stackroom.testing.house import PASSWORD, Api, House

Told = Callable[[House, str], list[dict[str, Any]]]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(house: House, role: str = "librarian", program: str = FIREFOX) -> Api:
    api = house.anonymous()
    body = {"email": house.email(role), "password": PASSWORD}
    answer = api.post("/api/v1/auth/tokens", json=body, headers={"User-Agent": program})
    api.token = answer.json["access_token"]
    return api


def id_of(house: House, role: str) -> str:
    return str(house.api(role).get("/api/v1/me").json["id"])


class TestMyOwn:
    def test_the_list_says_where_how_and_which_one_asks(self, north: House) -> None:
        sign_in(north, program="curl/8.14.1")
        listed = sign_in(north).get("/api/v1/me/sessions").json
        assert (listed["total"], listed["page"]) == (2, 1)
        mine, other = listed["items"]
        assert (mine["program"], mine["present"]) == ("Firefox on Linux", True)
        assert (other["program"], other["present"]) == ("curl", False)
        assert (mine["how"], mine["channel"], mine["ip"]) == ("password", "api", "127.0.0.1")

    @pytest.mark.parametrize("suspended", [False, True])
    def test_reading_counts_as_seen_by_the_quarter_of_an_hour(
        self, north: House, suspended: bool
    ) -> None:
        api, signed_in = sign_in(north), clock.now()
        if suspended:
            north.suspend()

        def seen_at(minutes: int) -> datetime:
            with clock.held_at(signed_in + timedelta(minutes=minutes)):
                api.get("/api/v1/me")
                (mine,) = api.get("/api/v1/me/sessions").json["items"]
            return datetime.fromisoformat(mine["seen_at"])

        assert seen_at(14) <= signed_in
        assert seen_at(16) == signed_in + timedelta(minutes=16)

    def test_one_or_all_others_are_signed_out(self, north: House, told: Told) -> None:
        here, first, second = sign_in(north), sign_in(north), sign_in(north)
        ids = [s["id"] for s in first.get("/api/v1/me/sessions").json["items"] if s["present"]]
        assert here.delete(f"/api/v1/me/sessions/{ids[0]}").status_code == 204
        assert first.get("/api/v1/me").status_code == 401
        assert second.get("/api/v1/me").status_code == 200
        assert here.delete("/api/v1/me/sessions").status_code == 204
        assert second.get("/api/v1/me").status_code == 401
        assert here.get("/api/v1/me").status_code == 200
        assert len(told(north, "auth.session_closed")) == 2

    def test_a_colleagues_session_is_as_if_there_were_none(self, north: House) -> None:
        theirs = sign_in(north, "admin").get("/api/v1/me/sessions").json["items"][0]["id"]
        me = sign_in(north)
        assert me.delete(f"/api/v1/me/sessions/{theirs}").status_code == 404
        assert me.delete(f"/api/v1/me/sessions/{uuid4()}").status_code == 404


class TestOfAColleague:
    def test_an_admin_signs_somebody_out_everywhere(self, north: House, told: Told) -> None:
        admin, here, there = north.api("admin"), sign_in(north), sign_in(north)
        answer = admin.delete(f"/api/v1/staff/{id_of(north, 'librarian')}/sessions")
        assert answer.status_code == 204
        assert [one.get("/api/v1/me").status_code for one in (here, there)] == [401, 401]
        assert admin.get("/api/v1/me").status_code == 200
        (event,) = told(north, "auth.sessions_closed")
        assert event["actor"]["label"] == "Ada Admin"
        assert event["subject"]["label"] == f"Librarian of {north.tenant.slug}"
        assert "3 sessions" in event["sentence"]

    def test_their_refresh_tokens_stop_too(self, north: House) -> None:
        body = {"email": north.email("librarian"), "password": PASSWORD}
        held = north.anonymous().post("/api/v1/auth/tokens", json=body).json["refresh_token"]
        north.api("admin").delete(f"/api/v1/staff/{id_of(north, 'librarian')}/sessions")
        again = north.anonymous().post("/api/v1/auth/tokens/refresh", json={"refresh_token": held})
        assert (again.status_code, again.json["code"]) == (401, "invalid_token")

    def test_an_admin_has_a_link_sent(
        self, north: House, told: Told, link: Callable[[House, str], str]
    ) -> None:
        api, person = north.api("admin"), id_of(north, "librarian")
        assert api.post(f"/api/v1/staff/{person}/password-resets").status_code == 202
        body = {"token": link(north, "librarian"), "new_password": "other quiet words"}
        path = "/api/v1/auth/password-resets/confirmations"
        assert north.anonymous().post(path, json=body).status_code == 204
        (event,) = told(north, "auth.reset_ordered")
        assert event["actor"]["label"] == "Ada Admin"
        assert event["subject"]["id"] == person

    def test_a_closed_account_is_sent_none(self, north: House) -> None:
        api, person = north.api("admin"), id_of(north, "librarian")
        api.delete(f"/api/v1/staff/{person}")
        refused = api.post(f"/api/v1/staff/{person}/password-resets")
        assert (refused.status_code, refused.json["code"]) == (409, "account_closed")

    @pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
    def test_nobody_else_may(self, north: House, role: str) -> None:
        api, person = north.api(role), id_of(north, "admin")
        for refused in (
            api.delete(f"/api/v1/staff/{person}/sessions"),
            api.post(f"/api/v1/staff/{person}/password-resets"),
        ):
            assert (refused.status_code, refused.json["permission"]) == (403, "staff.write")

    def test_a_stranger_and_a_patron_are_nobodys_colleagues(
        self, north: House, harbour: House
    ) -> None:
        api = north.api("admin")
        for person in (id_of(harbour, "admin"), id_of(north, "patron"), str(uuid4())):
            assert api.delete(f"/api/v1/staff/{person}/sessions").status_code == 404
            assert api.post(f"/api/v1/staff/{person}/password-resets").status_code == 404
        assert sign_in(harbour, "admin").get("/api/v1/me").status_code == 200

    def test_nobody_meddles_with_somebody_who_may_more(self, north: House) -> None:
        role = {"name": "Personnel", "sentence": "Hires", "permissions": ["staff.write"]}
        north.api("admin").post("/api/v1/roles", json=role)
        with north.work("admin"):
            north.account("librarian").grants = [RoleGrant(role="personnel")]
        api, person = north.api("librarian"), id_of(north, "admin")
        for refused in (
            api.delete(f"/api/v1/staff/{person}/sessions"),
            api.post(f"/api/v1/staff/{person}/password-resets"),
        ):
            assert (refused.status_code, refused.json["code"]) == (403, "grant_beyond_own")
