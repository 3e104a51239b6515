"""The organisation's settings by page."""

from datetime import UTC, datetime

from stackroom.libraries.service import main_library
from stackroom.testing.house import House
from stackroom.testing.visitor import visit
from stackroom.web.times import local_time
from tenants import context


def test_an_admin_changes_name_and_time_zone(north: House) -> None:
    admin = visit(north, "admin")
    admin.get("/organisation")
    answer = admin.post("/organisation", {"name": "North & Sons", "timezone": "Asia/Tokyo"})
    assert (answer.status_code, answer.location) == (303, "/organisation")
    page = admin.get("/organisation").text
    assert "North &amp; Sons" in page
    assert '<option value="Asia/Tokyo" selected>' in page


def test_branches_in_the_old_time_zone_follow(north: House) -> None:
    visit(north, "admin").post("/organisation", {"name": "North", "timezone": "Asia/Tokyo"})
    with north.work("admin"):
        assert main_library().timezone == "Asia/Tokyo"


def test_an_unknown_time_zone_is_refused_beside_its_field(north: House) -> None:
    answer = visit(north, "admin").post("/organisation", {"name": "N", "timezone": "Moon/Base"})
    assert answer.status_code == 422
    assert "Europe/Zurich" in answer.text.partition('id="field-timezone-error">')[2][:100]


def test_another_organisation_keeps_its_name(north: House, harbour: House) -> None:
    visit(north, "admin").post("/organisation", {"name": "Taken Over", "timezone": "UTC"})
    assert "Taken Over" not in visit(harbour, "admin").get("/organisation").text


def test_an_auditor_reads_and_cannot_write(north: House) -> None:
    auditor = visit(north, "auditor")
    assert "Save" not in auditor.get("/organisation").text
    assert auditor.post("/organisation", {"name": "N", "timezone": "UTC"}).status_code == 403


def test_a_suspended_organisation_says_why_and_changes_nothing(north: House) -> None:
    north.suspend("the invoice of May")
    admin = visit(north, "admin")
    for path in ("/organisation", "/start"):
        assert "the invoice of May" in admin.get(path).text
    answer = admin.post("/organisation", {"name": "N", "timezone": "UTC"})
    assert answer.status_code == 403
    assert "read-only" in answer.text


def test_times_are_shown_in_the_organisations_own_zone(north: House) -> None:
    with context.acting_for(north.tenant):
        assert local_time(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2 July 2026, 00:30"
    assert local_time(None) == ""


def test_the_navigation_marks_one_place_as_the_present_one(north: House) -> None:
    for path in ("/organisation", "/organisation/security", "/organisation/sign-in/new"):
        page = visit(north, "admin").get(path).text
        marked = [
            line for line in page.splitlines() if "navigation-link" in line and "current" in line
        ]
        assert len(marked) == 1, (path, marked)
