import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackroom.catalogue.isbn import InvalidIsbn, Isbn, is_rounded, normalise, parse, restore


@pytest.mark.parametrize(
    "typed",
    [
        "0439023483",
        "9780439023481",
        "978-0-439-02348-1",
        "ISBN 0-439-02348-3",
        "ISBN-13: 978-0-439-02348-1",
        "0439023483 (pbk.) : $8.99",
        "0439023483 : 8.99",
        "9780439023481pbk",
        "0439023483 45",
        "978–0–439–02348–1",
        "٩٧٨٠٤٣٩٠٢٣٤٨١",
        " 9780439023481 ",
    ],
)
def test_every_way_to_write_it_is_one_number(typed: str) -> None:
    assert parse(typed) == Isbn("9780439023481", "0439023483")


def test_a_small_x_is_a_check_digit() -> None:
    assert parse("080442957x") == Isbn("9780804429573", "080442957X")


def test_a_979_number_has_no_short_form() -> None:
    assert parse("979-10-90636-07-1") == Isbn("9791090636071", None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "isbn_empty"),
        ("   ", "isbn_empty"),
        ("n/a", "isbn_characters"),
        ("04390X3483", "isbn_characters"),
        ("97804390234X1", "isbn_characters"),
        ("439023483", "isbn_length"),
        ("1230439023481", "isbn_prefix"),
        ("9780439023482", "isbn_check_digit"),
        ("0439023484", "isbn_check_digit"),
    ],
)
def test_a_form_is_told_what_is_wrong(typed: str, code: str) -> None:
    with pytest.raises(InvalidIsbn) as refusal:
        parse(typed)
    assert refusal.value.code == code
    assert refusal.value.message


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("439023483", "9780439023481"),
        ("61120081", "9780061120084"),
        ("7442912", "9780007442911"),
        ("439023483.0", "9780439023481"),
        ("9.780439023481E+12", "9780439023481"),
        ("9,780439023481E+12", "9780439023481"),
        ("0439023483", "9780439023481"),
    ],
)
def test_a_number_mangled_by_a_spreadsheet_comes_back(cell: str, expected: str) -> None:
    assert restore(cell) == normalise(expected)


@pytest.mark.parametrize("cell", ["9.78043902348e+12", "439023484", "12", "", "1e99"])
def test_nothing_comes_back_without_proof(cell: str) -> None:
    assert restore(cell) is None


@pytest.mark.parametrize(
    ("shown", "is_it"),
    [
        ("9.78043902348e+12", True),
        ("9.7804390235E+12", True),
        ("9,78043902348E+12", True),
        ("9.78043902349e+12", False),
        ("9780439023481", False),
        ("", False),
    ],
)
def test_a_rounded_number_is_recognised_beside_the_whole(shown: str, is_it: bool) -> None:
    assert is_rounded(shown, "9780439023481") is is_it


@given(st.text())
def test_any_text_is_an_isbn_or_refused(text: str) -> None:
    for isbn in (normalise(text), restore(text)):
        assert isbn is None or (len(isbn.isbn13) == 13 and parse(isbn.isbn13) == isbn)
