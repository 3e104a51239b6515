"""One person's page: read by readers, changed by writers, and it tells why."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.libraries.models import Library
from stackroom.staff.models import RoleGrant
from stackroom.testing.house import PASSWORD, Answer, House
from stackroom.testing.visitor import Visitor, visit

ZURICH = ZoneInfo("Europe/Zurich")


def path_of(house: House, role: str) -> str:
    with house.work("admin"):
        return f"/staff/{house.account(role).id}"


def place(house: House, name: str) -> UUID:
    with house.work("admin") as session:
        found = Library(code=name.lower(), name=name)
        session.add(found)
        session.flush()
        return found.id


def words(visitor: Visitor, path: str) -> str:
    return plain(visitor.get(path).text)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def rows(*given: tuple[str, Any, str]) -> dict[str, Any]:
    names = ("role", "library_id", "until")
    return {name: [str(row[at]) for row in given] for at, name in enumerate(names)}


def revision(visitor: Visitor, path: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', visitor.get(path).text)
    return found[1] if found else "1"


def give(
    visitor: Visitor, path: str, *given: tuple[str, Any, str], action: str = "roles"
) -> Answer:
    """Sends the rows as whoever has the page open now."""
    return visitor.post(f"{path}/{action}", {**rows(*given), "revision": revision(visitor, path)})


def test_an_auditor_reads_the_page_and_is_offered_nothing_to_change(north: House) -> None:
    auditor, path = visit(north, "auditor"), path_of(north, "librarian")
    page = auditor.get(path)
    assert page.status_code == 200
    told = plain(page.text)
    assert "Librarian All libraries For good By hand" in told
    assert "Lend, renew and take back All libraries Librarian" in told
    assert "History" in told
    assert "Save the roles" not in told
    assert auditor.post(f"{path}/roles", rows(("admin", "", ""))).status_code == 403
    assert auditor.post(path, {"name": "X"}).status_code == 403
    assert auditor.post(f"{path}/close").status_code == 403
    assert auditor.post(f"{path}/reopen").status_code == 403
    assert auditor.post(f"{path}/roles/preview").status_code == 403


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_who_may_not_see_the_staff_sees_no_page(north: House, role: str) -> None:
    assert visit(north, role).get(path_of(north, "auditor")).status_code == 403


def test_the_name_is_changed(north: House) -> None:
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    answer = admin.post(path, {"name": "Lu Librarian"})
    assert (answer.status_code, answer.location) == (303, path)
    assert "Lu Librarian" in admin.get("/staff").text
    refused = admin.post(path, {"name": ""})
    assert refused.status_code == 422
    assert re.search(r'id="field-name-error">[^<]+<', refused.text)


def test_a_role_is_given_at_one_library_to_the_end_of_a_day(north: House) -> None:
    admin, path, harbour = (
        visit(north, "admin"),
        path_of(north, "librarian"),
        place(north, "Harbour"),
    )
    day = (clock.now().astimezone(ZURICH) + timedelta(days=9)).date()
    answer = give(admin, path, ("circulation", harbour, day.isoformat()), ("auditor", "", ""))
    assert (answer.status_code, answer.location) == (303, path)
    with north.work("admin") as session:
        held = session.scalars(sa.select(RoleGrant).where(RoleGrant.role == "circulation")).one()
        there = held.until.astimezone(ZURICH) if held.until else None
        assert there
        assert (there.date(), there.hour, held.library_id) == (day + timedelta(days=1), 0, harbour)
    told = words(admin, path)
    assert f"Circulation desk Harbour {day:%-d %B %Y} By hand" in told
    assert "Lend, renew and take back Harbour Circulation desk" in told
    assert f"Circulation desk at Harbour, until {day:%-d %B %Y}" in words(admin, "/staff")


def test_what_the_page_shows_saved_again_changes_nothing(north: House) -> None:
    """Also where the API named an hour, which a day cannot tell."""
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    until = (clock.now() + timedelta(days=3)).replace(hour=10, minute=30)
    grants = [{"role": "auditor", "until": until.isoformat()}]
    north.api("admin").patch(f"/api/v1{path}", json={"grants": grants})
    before = north.api("admin").get(f"/api/v1{path}").json["grants"]
    shown = re.search(r'name="until" value="([^"]+)"', admin.get(path).text)
    assert shown
    assert give(admin, path, ("auditor", "", shown[1])).status_code == 303
    assert north.api("admin").get(f"/api/v1{path}").json["grants"] == before


def test_what_would_change_is_shown_before_it_is_saved(north: House) -> None:
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    answer = give(admin, path, ("auditor", "", ""), action="roles/preview")
    assert answer.status_code == 200
    told = plain(answer.text)
    gained, lost = told.split("They then may no longer")
    assert "read who changed what, when and why" in gained.partition("They then may")[2]
    assert "add, change and delete copies" in lost
    assert north.api("librarian").get("/api/v1/me").json["roles"] == ["librarian"]
    same = give(admin, path, ("librarian", "", ""), action="roles/preview")
    assert "Nothing changes in what they may do." in plain(same.text)
    assert same.text.count('name="role"') == 2, "the row that was sent, and a spare one"


YESTERDAY = (date.today() - timedelta(days=2)).isoformat()  # noqa: DTZ011 - any past day


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("king", "", ""), "There is no role “king”"),
        (("", "", "2031-01-01"), "Choose a role in each row"),
        (("auditor", "", YESTERDAY), "has passed"),
        (("auditor", "", "soon"), "Use a day"),
        (("auditor", "", "9999-12-31"), "2099-12-31"),
        (("auditor", UUID(int=7), ""), "no such library"),
        (("auditor", "here", ""), "UUID"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_kept(
    north: House, row: tuple[str, Any, str], words: str
) -> None:
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    for action in ("roles", "roles/preview"):
        answer = give(admin, path, row, action=action)
        assert answer.status_code == 422, action
        assert words in answer.text
        assert 'id="roles-roles"' in answer.text, "what the summary leads to"
    assert north.api("librarian").get("/api/v1/me").json["roles"] == ["librarian"]


def test_nobody_gives_what_they_do_not_hold(north: House) -> None:
    permissions = ["staff.read", "staff.write", "loans.read", "loans.write"]
    body = {"name": "Team lead", "sentence": "Hires for the desk", "permissions": permissions}
    assert north.api("admin").post("/api/v1/roles", json=body).status_code == 201
    librarian = path_of(north, "librarian")
    north.api("admin").patch(f"/api/v1{librarian}", json={"roles": ["team-lead"]})
    lead = visit(north, "librarian")
    page = lead.get("/staff/new").text
    assert re.search(r'value="admin" disabled>Admin: more than you may', page)
    assert re.search(r'value="team-lead">', page)
    refused = give(lead, librarian, ("team-lead", "", ""), ("admin", "", ""))
    assert refused.status_code == 403
    assert "which you do not hold yourself" in refused.text
    above = words(lead, path_of(north, "admin"))
    assert "You cannot change this account." in above
    assert "Save the roles" not in above
    assert lead.post(f"{path_of(north, 'admin')}/close").status_code == 403


def test_closing_an_account_signs_it_out_and_opening_lets_it_in_again(north: House) -> None:
    admin, librarian = visit(north, "admin"), visit(north, "librarian")
    path = path_of(north, "librarian")
    assert "Signed in now On 1 device" in words(admin, path)
    assert librarian.get("/start").status_code == 200
    assert admin.post(f"{path}/close").location == path
    assert librarian.get("/start").status_code == 303
    given = {"email": north.email("librarian"), "password": PASSWORD}
    assert visit(north).post("/sign-in", given).status_code == 401
    assert "the account is closed" in words(admin, path)
    assert admin.post(f"{path}/reopen").location == path
    assert visit(north).post("/sign-in", given).status_code == 303


def test_the_last_admin_cannot_lose_the_role_or_the_account(north: House) -> None:
    admin, path = visit(north, "admin"), path_of(north, "admin")
    for answer in (
        give(admin, path, ("librarian", "", "")),
        admin.post(f"{path}/close"),
    ):
        assert answer.status_code == 409
        assert "needs an admin" in answer.text
    assert north.api("admin").get("/api/v1/me").json["roles"] == ["admin"]


def test_why_somebody_may_or_may_not_is_a_link(north: House) -> None:
    admin, path, harbour = (
        visit(north, "admin"),
        path_of(north, "librarian"),
        place(north, "Harbour"),
    )
    place(north, "West")
    give(admin, path, ("circulation", harbour, ""))
    yes = words(admin, f"{path}?permission=loans.write&library_id={harbour}")
    assert "may lend, renew and take back at Harbour." in yes
    assert "Circulation desk holds this permission at Harbour." in yes
    no = words(admin, f"{path}?permission=items.write")
    assert "may not add, change and delete copies." in no
    assert "Circulation desk does not hold this permission." in no


@pytest.mark.parametrize(
    "query",
    ["?permission=", f"?permission=loans.read&library_id={UUID(int=7)}", "?library_id=here"],
)
def test_a_question_about_nothing_is_told_beside_the_field(north: House, query: str) -> None:
    answer = visit(north, "admin").get(path_of(north, "librarian") + query)
    assert answer.status_code == 422
    assert re.search(r'id="question-(permission|library_id)-error">[^<]+<', answer.text)


def test_a_question_about_no_permission_there_is_says_so(north: House) -> None:
    answer = visit(north, "admin").get(f"{path_of(north, 'librarian')}?permission=loans.fly")
    assert answer.status_code == 404
    assert "There is no permission “loans.fly”." in answer.text


def test_roles_on_top_of_anothers_change_are_refused(north: House) -> None:
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    seen = revision(admin, path)
    assert give(admin, path, ("auditor", "", "")).status_code == 303
    late = admin.post(f"{path}/roles", {**rows(("cataloguer", "", "")), "revision": seen})
    assert late.status_code == 409
    assert "Somebody changed this record after you opened it" in late.text
    assert north.api("librarian").get("/api/v1/me").json["roles"] == ["auditor"]


def test_staff_of_another_organisation_is_not_found(north: House, harbour: House) -> None:
    theirs, admin = path_of(north, "librarian"), visit(harbour, "admin")
    assert admin.get(theirs).status_code == 404
    for action in ("", "/roles", "/roles/preview", "/close", "/reopen"):
        assert admin.post(theirs + action, {"name": "X"}).status_code == 404
    assert admin.get(path_of(north, "patron")).status_code == 404


def test_the_trail_leads_to_the_page_and_the_page_to_the_trail(north: House) -> None:
    admin, path = visit(north, "admin"), path_of(north, "librarian")
    give(admin, path, ("auditor", "", ""))
    link = re.search(r'href="(/audit/records/account[^"]+)"', admin.get(path).text)
    assert link
    told = admin.get(unescape(link[1])).text
    assert "from librarian to auditor" in told
    entry = re.search(r'href="(/audit/[0-9][^"]+)"', told)
    assert entry
    assert f'href="{path}"' in admin.get(entry[1]).text
