"""The list of staff: found by words, role and state, sorted and counted."""

import re
from datetime import timedelta

import pytest

from stackroom.core import clock
from stackroom.libraries.service import main_library
from stackroom.staff.roles.granting import Wanted
from stackroom.staff.service import change, create_account
from stackroom.testing.house import House
from stackroom.testing.visitor import visit


def furnish(house: House) -> None:
    """Beside Ada Admin, the librarian and the auditor: Zoe at one library, Bo whose role is over,
    and Ed whose account is closed."""
    with house.work("admin"):
        at_main = Wanted("circulation", main_library().id)
        over = Wanted("librarian", until=clock.now() - timedelta(days=1))
        for email, name, wanted in (
            ("zoe@x.example", "Zoe 100%", at_main),
            ("bo@y.example", "Bo Berg", over),
            ("ed@x.example", "Ed Berg", Wanted("librarian")),
        ):
            account = create_account(email=email, name=name, grants=[wanted], password_hash="!")
        change(account, active=False)


def found(house: House, query: str = "") -> list[str]:
    answer = house.api("auditor").get(f"/api/v1/staff?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json["total"] == len(answer.json["items"])
    return [person["name"].split()[0] for person in answer.json["items"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ada", "Auditor", "Bo", "Ed", "Librarian", "Zoe"]),
        ("q=BERG", ["Bo", "Ed"]),
        ("q=berg+ed%40", ["Ed"]),
        ("q=x.example", ["Ed", "Zoe"]),
        ("q=100%25", ["Zoe"]),
        ("q=_", []),
        ("q=patron", []),
        ("role=librarian", ["Ed", "Librarian"]),
        ("role=librarian&active=true", ["Librarian"]),
        ("role=circulation", ["Zoe"]),
        ("role=nothing", []),
        ("role=patron", []),
        ("active=false", ["Ed"]),
        ("active=true&q=x.example", ["Zoe"]),
        ("sort=-name", ["Zoe", "Librarian", "Ed", "Bo", "Auditor", "Ada"]),
        ("q=berg&sort=email", ["Bo", "Ed"]),
        ("q=berg&sort=-email", ["Ed", "Bo"]),
        ("q=example&active=true&role=circulation&sort=created", ["Zoe"]),
    ],
)
def test_staff_are_found(north: House, query: str, names: list[str]) -> None:
    furnish(north)
    assert found(north, query) == names


def test_the_latest_come_first(north: House) -> None:
    furnish(north)
    assert found(north, "sort=-created")[:3] == ["Ed", "Bo", "Zoe"]
    assert found(north, "sort=created")[-3:] == ["Zoe", "Bo", "Ed"]


@pytest.mark.parametrize("query", ["sort=password_hash", "active=perhaps", "state=open", "q=%00"])
def test_what_is_not_offered_is_refused(north: House, query: str) -> None:
    answer = north.api("admin").get(f"/api/v1/staff?{query}")
    assert answer.status_code == 422


def test_nobody_of_another_organisation_is_found(north: House, harbour: House) -> None:
    furnish(north)
    assert found(harbour, "q=berg") == []
    assert "Zoe" not in visit(harbour, "admin").get("/staff?q=zoe").text.split("<main")[1]


def test_only_whoever_may_read_staff_searches(north: House) -> None:
    for role in ("librarian", "patron"):
        assert north.api(role).get("/api/v1/staff?q=ada").status_code == 403
    assert north.anonymous().get("/api/v1/staff?q=ada").status_code == 401


def test_the_page_counts_and_keeps_what_was_chosen(north: House) -> None:
    furnish(north)
    page = visit(north, "admin").get("/staff?q=berg&role=&sort=-name&active=false").text
    assert ">Ed Berg</a>" in page
    assert ">Bo Berg</a>" not in page
    tabs = re.findall(r'href="([^"]+)"[^>]*>(\w+) <span[^>]*>\((\d+)\)', page)
    assert [(label, count) for _, label, count in tabs] == [
        ("All", "2"), ("Open", "1"), ("Closed", "1"),
    ]  # fmt: skip
    assert all("q=berg" in href and "sort=-name" in href for href, _, _ in tabs)
    assert '<input type="hidden" name="active" value="false">' in page
    assert '<option value="-name" selected>' in page


def test_pages_keep_what_was_chosen(north: House) -> None:
    page = visit(north, "admin").get("/staff?per_page=1&active=true&q=example&role=").text
    links = re.findall(r'href="(/staff\?page=2[^"]+)"', page)
    assert links
    assert "q=example" in links[0]
    assert "active=True" in links[0]
    assert visit(north, "admin").get(links[0].replace("&amp;", "&")).status_code == 200


def test_where_nobody_fits_the_page_says_what_to_do(north: House) -> None:
    page = visit(north, "admin").get("/staff?q=nobody").text
    assert "Nobody fits" in page
    assert "Show all staff" in page
