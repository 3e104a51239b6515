"""Exports of the trail by page: from the trail's filters to a file."""

import re

from stackroom.testing.house import House
from stackroom.testing.visitor import visit

PAGE = "/audit/exports"
FORM = {"format": "ocsf", "with_values": "true"}


def test_the_filters_of_the_trail_lead_to_a_file_of_just_these(north: House) -> None:
    auditor = visit(north, "auditor")
    trail = auditor.get("/audit?q=north&channel=web").text
    assert f'href="{PAGE}/new?q=north&amp;channel=web"' in trail
    assert "Export these" in trail
    page = auditor.get(f"{PAGE}/new?q=north&channel=web&since=").text
    assert re.search(r"<dt[^>]*>Words</dt>\s*<dd[^>]*>north</dd>", page)
    answer = auditor.post(f"{PAGE}/new?q=north&channel=web", FORM)
    assert answer.location == PAGE
    listed = auditor.get(PAGE).text
    assert "Channel web, words north, with values" in listed
    assert 'data-island="export-progress"' in listed
    assert "Call it off" in listed
    north.deliver()
    listed = auditor.get(PAGE).text
    path = re.search(rf'href="({PAGE}/[^/]+/file)"', listed)
    assert path
    assert auditor.get(path[1], buffered=True).mimetype == "application/x-ndjson"


def test_a_refused_form_keeps_the_filter(north: House) -> None:
    auditor = visit(north, "auditor")
    answer = auditor.post(f"{PAGE}/new?q=north", {"format": "xml"})
    assert answer.status_code == 422
    assert f'action="{PAGE}/new?q=north"' in answer.text
    auditor.post(f"{PAGE}/new", {"format": "csv"})
    again = auditor.post(f"{PAGE}/new", {"format": "csv"})
    assert again.status_code == 409
    assert "is being made" in again.text


def test_it_is_called_off_on_the_page(north: House) -> None:
    auditor = visit(north, "auditor")
    assert "No exports yet" in auditor.get(PAGE).text
    auditor.post(f"{PAGE}/new", {"format": "csv"})
    path = re.search(rf'action="({PAGE}/[^/]+/cancel)"', auditor.get(PAGE).text)
    assert path
    assert "Call it off" not in visit(north, "admin").get(PAGE).text
    assert auditor.post(path[1]).location == PAGE
    assert "Called off" in auditor.get(PAGE).text


def test_nobody_else_sees_a_button_or_a_page(north: House) -> None:
    librarian = visit(north, "librarian")
    for path in (PAGE, f"{PAGE}/new"):
        assert librarian.get(path).status_code == 403
