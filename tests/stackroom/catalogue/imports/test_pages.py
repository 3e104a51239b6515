"""The pages of imports: upload, progress, refused records."""

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest

from stackroom.testing.house import Answer, House
from stackroom.testing.importing import marc
from stackroom.testing.visitor import Visitor, visit

BROKEN = b"00030nam a2200025   4500\x1e\x1d"


def send(visitor: Visitor, content: bytes, name: str = "new.mrc", **form: Any) -> Answer:
    return visitor.post("/imports", {"file": (BytesIO(content), name), **form})


def imported(house: House, content: bytes, **form: Any) -> str:
    """The page of an import that a worker has run."""
    visitor = visit(house, "librarian")
    visitor.get("/imports")
    answer = send(visitor, content, **form)
    assert answer.status_code == 303, answer.text
    house.deliver()
    return visitor.get(answer.headers["Location"]).text


def island(page: str) -> Any:
    found = re.search(r"data-island=\"import-progress\" data-props='([^']+)'", page)
    assert found
    return json.loads(unescape(found[1]))


def test_a_first_visit_says_what_to_do(north: House) -> None:
    page = visit(north, "librarian").get("/imports").text
    assert "No imports yet" in page
    assert 'type="file"' in page


def test_a_file_is_sent_and_its_progress_shown(north: House) -> None:
    page = imported(north, marc("1", "One"), mapping="952", dry_run="true")
    props = island(page)
    shown = props["initial"]
    assert (shown["status"], shown["created"], shown["mapping"]) == ("succeeded", 1, "952")
    assert props["rejects_url"].endswith(f"/imports/{shown['id']}#rejects")
    assert "A dry run" in page


def test_every_refused_record_stands_with_reason_and_download(north: House) -> None:
    page = imported(north, BROKEN + marc("1") + BROKEN)
    links = re.findall(r'href="(/api/v1/imports/[^"]+\.mrc)"', page)
    assert page.count("record_empty") == 2
    assert [link.rpartition("/")[2] for link in links] == ["rejects.mrc", "1.mrc", "3.mrc"]
    visitor = visit(north, "librarian")
    assert visitor.get(links[0]).data == BROKEN * 2
    assert visitor.get(links[2]).data == BROKEN


def test_what_was_mended_is_shown(north: House) -> None:
    assert "leader_length_wrong" in imported(north, b"99999" + marc("1")[5:])


def test_a_form_without_a_file_is_shown_again(north: House) -> None:
    visitor = visit(north, "librarian")
    visitor.get("/imports")
    answer = visitor.post("/imports", {"mapping": "949", "source": "DLC"})
    assert answer.status_code == 422
    assert 'id="field-file-error"' in answer.text
    assert 'value="DLC"' in answer.text
    assert re.search(r'value="949" selected', answer.text)


def test_an_empty_file_is_named_beside_its_field(north: House) -> None:
    visitor = visit(north, "librarian")
    visitor.get("/imports")
    answer = send(visitor, b"")
    assert answer.status_code == 422
    assert "The file is empty; choose another." in answer.text


def test_markup_in_a_record_stays_text(north: House) -> None:
    page = imported(north, b"<script>alert(1)</script>" + b"\x1e\x1f" * 20 + b"\x1d")
    assert "<script>alert" not in page


def test_an_auditor_sees_imports_but_no_form(north: House) -> None:
    imported(north, marc("1"))
    page = visit(north, "auditor").get("/imports").text
    assert "new.mrc" in page
    assert 'type="file"' not in page


def test_a_patron_sees_no_imports(north: House) -> None:
    visitor = visit(north, "patron")
    assert visitor.get("/imports").status_code == 403
    assert 'href="/imports"' not in visitor.get("/", follow_redirects=True).text


def test_another_organisation_does_not_find_the_page(north: House, harbour: House) -> None:
    import_id = island(imported(north, marc("1")))["initial"]["id"]
    assert visit(harbour, "librarian").get(f"/imports/{import_id}").status_code == 404


@pytest.mark.parametrize("page", ["0", "x"])
def test_an_odd_page_number_is_refused(north: House, page: str) -> None:
    assert visit(north, "librarian").get(f"/imports?page={page}").status_code == 422
