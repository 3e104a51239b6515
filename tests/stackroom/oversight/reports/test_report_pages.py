"""The pages, without a browser: what they show to whom, and their forms."""

from html import unescape
from typing import Any

import pytest

from stackroom.core.features import registry
from stackroom.testing.reports import DAY, Auditing, Thing
from stackroom.testing.visitor import Visitor, visit

SPAN = {"since": "2026-03-01", "until": "2026-03-31"}


@pytest.fixture
def auditor(audit: Auditing) -> Visitor:
    return visit(audit.house, "auditor")


def seen(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def start(visitor: Visitor, control: str = "staff.role_changes", **form: Any) -> str:
    answer = visitor.post(f"/audit/reports/new/{control}", {**SPAN, **form})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_each_control_has_a_form_of_its_parameters(auditor: Visitor) -> None:
    index = seen(auditor, "/audit/reports")
    for control in registry.controls:
        assert control.why in index
        form = seen(auditor, f"/audit/reports/new/{control.key}")
        for rule in control.parameters.model_json_schema()["properties"].values():
            assert rule["title"] in form
    assert auditor.get("/audit/reports/new/nothing").status_code == 404


def test_a_form_is_read_with_its_choices(audit: Auditing, auditor: Visitor) -> None:
    page = start(auditor, own_only="true")
    assert "own only: yes" in seen(auditor, page)
    closed = {"opens": "08:00", "closes": "18:00", "closed_days": ["saturday", "sunday"]}
    page = start(auditor, "staff.out_of_hours", **closed)
    assert "closed days: saturday, sunday" in seen(auditor, page)
    assert "Nothing was found" in seen(auditor, page)


def test_a_faulty_form_is_shown_again(auditor: Visitor) -> None:
    answer = auditor.post("/audit/reports/new/circulation.overrides", {**SPAN, "threshold": "99"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    later = {"since": "2089-01-01", "until": "2089-01-02"}
    answer = auditor.post("/audit/reports/new/circulation.overrides", later)
    assert "This day has not come yet" in answer.text


def test_a_report_shows_chart_table_and_each_finding(audit: Auditing, auditor: Visitor) -> None:
    berta = audit.person("berta")
    audit.act(berta, "role.removed", about=Thing(berta.id, "<b>Night desk</b>"), at=DAY)
    page = start(auditor)
    text = seen(auditor, page)
    assert 'role="img"' in text
    assert "The chart as a table" in text
    assert "Berta: 1" in text
    assert "<b>Night desk</b>" not in auditor.get(page).text
    assert "Nobody has signed this report off yet." in text
    finding = seen(auditor, f"{page}/findings/1")
    assert "removed the role" in finding
    assert "Entries behind this finding" in finding
    assert auditor.get(f"{page}/findings/2").status_code == 404
    assert "1 finding, which stands out" in seen(auditor, "/audit/reports")
    assert "Berta" in seen(auditor, f"{page}?outlier=true")
    listed = seen(auditor, "/audit/reports/runs?control=staff.role_changes")
    assert "Changes of roles and permissions" in listed
    assert "No report yet" in seen(auditor, "/audit/reports/runs?control=audit.bulk")


def test_a_report_that_is_being_made_says_so(audit: Auditing, auditor: Visitor) -> None:
    page = start(auditor, since="2025-01-01")
    text = seen(auditor, page)
    assert "The report is being made" in text
    assert "Look again" in text
    audit.house.deliver()
    assert "Nothing was found" in seen(auditor, page)


def test_notes_sample_and_sign_off_by_page(audit: Auditing, auditor: Visitor) -> None:
    audit.act(audit.person("berta"), "role.removed", at=DAY)
    page = start(auditor)
    run_id = page.rpartition("/")[2]
    on_finding = {"finding": "1", "text": "Looks right."}
    assert auditor.post(f"{page}/notes", on_finding).location == f"{page}/findings/1"
    assert auditor.post(f"{page}/notes", {"text": "Asked <b>Berta</b>."}).location == page
    assert "Asked <b>Berta</b>." not in auditor.get(page).text
    assert "Looks right." in seen(auditor, f"{page}/findings/1")

    assert run_id in seen(auditor, f"/audit/reports/samples/new?control_run_id={run_id}")
    asked = {"control_run_id": run_id, "size": "5", "seed": "spring"}
    drawn = auditor.post("/audit/reports/samples/new", asked)
    assert drawn.status_code == 303, drawn.text
    sample = seen(auditor, drawn.location)
    assert "spring" in sample
    assert "SHA-256" in sample
    noted = auditor.post(f"{drawn.location}/notes", {"text": "All seen."})
    assert noted.location == drawn.location
    correct = page_link(auditor.get(page).text, "/corrections", "action")
    assert auditor.post(correct, {"text": "Looks wrong."}).location == f"{page}/findings/1"
    assert auditor.get(f"{drawn.location}/evidence").mimetype == "application/zip"
    assert "spring" in seen(auditor, "/audit/reports/samples")
    refused = auditor.post("/audit/reports/samples/new", {"action": "nothing.such"})
    assert (refused.status_code, "widen them" in refused.text) == (422, True)

    assert "1 finding" in seen(auditor, f"{page}/sign-off")
    refused = auditor.post(f"{page}/sign-off", {"conclusion": "not_satisfactory"})
    assert (refused.status_code, "Say in the remarks" in refused.text) == (422, True)
    signed = auditor.post(f"{page}/sign-off", {"conclusion": "satisfactory"})
    assert signed.location == page
    assert "Satisfactory" in seen(auditor, page)
    document = page_link(auditor.get(page).text, "/document")
    assert auditor.get(document).mimetype == "application/json"
    for kind, mimetype in {"csv": "text/csv", "pdf": "application/pdf"}.items():
        assert auditor.get(f"{page}/file?format={kind}").mimetype == mimetype


def page_link(text: str, ending: str, attribute: str = "href") -> str:
    links = [part.partition('"')[0] for part in text.split(f'{attribute}="')]
    return next(link for link in links if link.endswith(ending))


def test_without_a_sample_the_page_says_what_one_is_for(auditor: Visitor) -> None:
    assert "No sample yet" in seen(auditor, "/audit/reports/samples")


@pytest.mark.parametrize("path", ["", "/runs", "/samples", "/samples/new"])
def test_the_pages_are_closed_to_librarians(audit: Auditing, path: str) -> None:
    assert visit(audit.house, "librarian").get(f"/audit/reports{path}").status_code == 403
