"""The pages of patrons, as a librarian without a mouse or scripts fills them in."""

import pytest

from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit

BEN = {"name": "Ben Vogel", "category": "adult", "barcode": "C1"}


@pytest.fixture
def librarian(north: House) -> Visitor:
    return visit(north, "librarian")


def register(librarian: Visitor, **fields: str) -> str:
    """Fill in the form and follow it; the path of the new record."""
    librarian.get("/patrons/new")
    answer = librarian.post("/patrons/new", {**BEN, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_first_visit_says_what_to_do(librarian: Visitor) -> None:
    assert "Register a patron" in librarian.get("/patrons").text


def test_a_patron_is_registered_and_shown(librarian: Visitor) -> None:
    page = librarian.get(register(librarian, email="ben@example.org", expires_on="2030-01-31"))
    for words in ("Ben Vogel", "C1", "ben@example.org", "31 January 2030", "is registered"):
        assert words in page.text


def test_a_faulty_form_comes_back_with_its_values_and_messages(librarian: Visitor) -> None:
    librarian.get("/patrons/new")
    answer = librarian.post("/patrons/new", {**BEN, "email": "nowhere"})
    assert answer.status_code == 422
    assert 'value="Ben Vogel"' in answer.text
    assert "Write an e-mail address" in answer.text


def test_a_taken_card_is_told_on_the_form(librarian: Visitor) -> None:
    register(librarian)
    answer = librarian.post("/patrons/new", {**BEN, "name": "Eva Roth"})
    assert answer.status_code == 409
    assert "Another patron has this card number" in answer.text
    assert 'value="Eva Roth"' in answer.text


def test_a_record_is_changed_and_what_is_emptied_is_gone(librarian: Visitor) -> None:
    path = register(librarian, phone="123456", expires_on="2030-01-31")
    form = librarian.get(f"{path}/edit").text
    assert 'value="2030-01-31"' in form
    assert librarian.post(f"{path}/edit", {**BEN, "name": "Ben Adler"}).status_code == 303
    page = librarian.get(path).text
    assert "Ben Adler" in page
    assert "123456" not in page
    assert "no end" in page


def test_the_list_is_searched_and_filtered(librarian: Visitor) -> None:
    register(librarian)
    register(librarian, name="Eva Roth", barcode="C2", category="child")
    found = librarian.get("/patrons?q=roth&category=&status=").text
    assert "Eva Roth" in found
    assert "Ben Vogel" not in found
    assert "Nobody fits" in librarian.get("/patrons?q=nobody").text


def test_a_block_is_lifted_from_the_record(librarian: Visitor, north: House) -> None:
    path = register(librarian)
    assert librarian.post(f"{path}/blocks/new", {"reason": "", "stops": []}).status_code == 422
    librarian.post(f"{path}/blocks/new", {"reason": "lost card", "stops": ["borrow"]})
    patron = path.rsplit("/", 1)[1]
    blocks = north.api("librarian").get(f"/api/v1/patrons/{patron}").get_json()["blocks"]
    lifted = librarian.post(f"{path}/blocks/{blocks[0]['id']}/lift")
    assert lifted.status_code == 303
    assert "Lifted" in librarian.get(path).text


def test_a_reader_is_let_in(librarian: Visitor) -> None:
    path = register(librarian, email="ben@example.org")
    librarian.get(f"{path}/sign-in")
    weak = librarian.post(f"{path}/sign-in", {"password": "password12"})
    assert weak.status_code == 422
    assert librarian.post(f"{path}/sign-in", {"password": PASSWORD}).status_code == 303
    assert "Let them sign in" not in librarian.get(path).text


def test_auditors_look_and_are_offered_nothing_to_change(librarian: Visitor, north: House) -> None:
    path = register(librarian)
    auditor = visit(north, "auditor")
    page = auditor.get(path).text
    assert "Ben Vogel" in page
    assert "/edit" not in page
    assert auditor.get(f"{path}/edit").status_code == 403


def test_markup_in_a_name_stays_text(librarian: Visitor) -> None:
    page = librarian.get(register(librarian, name="<script>alert(1)</script>")).text
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
