"""Signing in and out by page."""

from datetime import timedelta

import pytest

from stackroom.core import clock
from stackroom.staff.web.front_door import own_path
from stackroom.testing.furnish import furnish
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import visit


def test_a_page_leads_to_the_door_and_once_inside_back(north: House) -> None:
    visitor = visit(north)
    door = visitor.get("/staff?page=1")
    assert (door.status_code, door.location) == (303, "/sign-in?next=/staff?page%3D1")
    visitor.get(door.location)
    inside = visitor.post(
        "/sign-in",
        {"email": north.email("admin"), "password": PASSWORD, "next": "/staff?page=1"},
    )
    assert (inside.status_code, inside.location) == (303, "/staff?page=1")
    assert visitor.get(inside.location).status_code == 200


def test_a_page_asked_for_as_json_answers_401(north: House) -> None:
    answer = visit(north).get("/staff", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["code"] == "authentication_required"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_the_door_leads_to_no_other_host(north: House, elsewhere: str) -> None:
    visitor = visit(north)
    signed_in = visitor.post(
        "/sign-in",
        {"email": north.email("admin"), "password": PASSWORD, "next": elsewhere},
    )
    assert signed_in.location == "/start"


def test_a_path_of_this_host_is_kept_with_its_query(north: House) -> None:
    with north.app.test_request_context():
        assert own_path("/catalogue?q=é&page=2") == "/catalogue?q=é&page=2"


def test_a_wrong_password_shows_the_form_again_without_it(north: House) -> None:
    visitor = visit(north)
    answer = visitor.post("/sign-in", {"email": north.email("admin"), "password": "not this one"})
    assert answer.status_code == 401
    assert "do not fit together" in answer.text
    assert f'value="{north.email("admin")}"' in answer.text
    assert "not this one" not in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(north: House) -> None:
    visitor = visit(north)
    answer = visitor.post("/sign-in", {"email": north.email("admin"), "password": PASSWORD})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("stackroom_s"))
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_signing_in_makes_a_new_session_and_closes_the_one_before(north: House) -> None:
    visitor, name = visit(north, "admin"), "stackroom_session"
    before = visitor.client.get_cookie(name, domain=north.tenant.host)
    visitor.get("/account")
    visitor.post("/sign-in", {"email": north.email("admin"), "password": PASSWORD})
    after = visitor.client.get_cookie(name, domain=north.tenant.host)
    assert before
    assert after
    assert before.value != after.value
    thief = visit(north)
    thief.client.set_cookie(name, before.value, domain=north.tenant.host)
    assert thief.get("/start").status_code == 303


def test_signing_out_ends_the_session_and_not_only_the_cookie(north: House) -> None:
    visitor = visit(north, "librarian")
    cookie = visitor.client.get_cookie("stackroom_session", domain=north.tenant.host)
    visitor.get("/start")
    assert visitor.post("/sign-out").location == "/sign-in"
    assert visitor.get("/start").status_code == 303
    assert cookie
    visitor.client.set_cookie("stackroom_session", cookie.value, domain=north.tenant.host)
    assert visitor.get("/start").status_code == 303


def test_a_cookie_of_another_organisation_opens_nothing(north: House, harbour: House) -> None:
    visitor = visit(north, "admin")
    cookie = visitor.client.get_cookie("stackroom_session", domain=north.tenant.host)
    assert cookie
    stranger = visit(harbour)
    stranger.client.set_cookie("stackroom_session", cookie.value, domain=harbour.tenant.host)
    assert stranger.get("/start").location.startswith("/sign-in")


def test_a_session_lasts_twelve_hours_however_busy(north: House) -> None:
    visitor = visit(north)
    visitor.post("/sign-in", {"email": north.email("admin"), "password": PASSWORD})
    begun = clock.now()
    with clock.held_at(begun + timedelta(hours=11, minutes=59)):
        assert visitor.get("/start").status_code == 200
    with clock.held_at(begun + timedelta(hours=12, minutes=1)):
        assert visitor.get("/start").status_code == 303


def test_who_is_signed_in_passes_the_door(north: House) -> None:
    assert visit(north, "admin").get("/sign-in?next=/staff").location == "/staff"


@pytest.mark.parametrize("role", ["admin", "librarian", "auditor", "patron"])
def test_everybody_has_a_start_page(north: House, role: str) -> None:
    page = visit(north, role).get("/", follow_redirects=True)
    assert page.status_code == 200
    assert "Good to see you" in page.text
    assert ('href="/staff"' in page.text) == (role in ("admin", "auditor"))


def test_the_start_page_says_what_to_do_next_and_then_how_much_there_is(north: House) -> None:
    empty = visit(north, "librarian").get("/start").text
    assert "Import your records" in empty
    furnish(north)
    page = visit(north, "librarian").get("/start").text
    assert "Import your records" not in page
    assert "Titles" in page


def test_a_patron_is_told_no_figures_of_the_house(north: House) -> None:
    furnish(north)
    page = visit(north, "patron").get("/start").text
    assert "Nothing waits for you" in page
    assert "On loan" not in page
