from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from stackroom.catalogue.marc import (
    BibFields,
    Format,
    HeaderMissing,
    ItemFields,
    ItemMapping,
    Outcome,
    Parsed,
    RejectCode,
    Rejected,
    WarningCode,
    extract,
    items,
    open_source,
)

Read = Callable[..., list[Outcome]]
ReadOne = Callable[..., Parsed]
RejectOne = Callable[..., Rejected]


def bib(outcome: Outcome) -> BibFields:
    assert isinstance(outcome, Parsed)
    return extract(outcome.record)


def test_a_row_becomes_a_record_with_an_item(read_one: ReadOne) -> None:
    outcome = read_one(
        b"Title,Subtitle,Author,ISBN,Publisher,Year,Language,Subjects,Series,Edition,"
        b"Barcode,Call number,Item type,Location,Library,Copy,Price,Record ID\r\n"
        b'Emma,a novel,"Austen, Jane; Blake, Quentin",0-14-143958-0,Penguin,2003,English,'
        b"Matchmaking;England | Fiction,Classics,2nd ed.,"
        b"31234,FIC AUS,Book,Shelves,Main,2,9.99,b17\r\n"
    )
    fields = extract(outcome.record)
    assert outcome.warnings == ()
    assert fields.title == "Emma a novel"
    assert fields.contributors == ("Austen, Jane", "Blake, Quentin")
    assert fields.isbns == ("9780141439587",)
    assert fields.subjects == ("Matchmaking", "England", "Fiction")
    assert (fields.publisher, fields.year, fields.language) == ("Penguin", 2003, "eng")
    assert (fields.series, fields.edition) == (("Classics",), "2nd ed.")
    assert fields.control_number == "b17"
    assert list(items(outcome.record, ItemMapping.KOHA_952)) == [
        ItemFields("31234", "FIC AUS", "Main", "Shelves", "Book", "2", None, "9.99")
    ]


@pytest.mark.parametrize(
    "header",
    ["TITLE,AUTHOR", " Title , Author ", "Book title;Writer", "Titel\tAutor", "Titre|Auteur"],
)
def test_headers_match_in_any_case_separator_and_language(read_one: ReadOne, header: str) -> None:
    separator = next(mark for mark in ",;\t|" if mark in header)
    outcome = read_one(f"{header}\nEmma{separator}Austen\n".encode())
    assert (bib(outcome).title, bib(outcome).author) == ("Emma", "Austen")


def test_an_excel_byte_order_mark_is_no_part_of_the_header(read_one: ReadOne) -> None:
    assert bib(read_one(b"\xef\xbb\xbfTitle;Jahr\r\nEmma;1815\r\n")).year == 1815


def test_columns_that_are_not_imported_are_named_once(read_all: Read) -> None:
    first, second = read_all(b"title,shoe size,colour\nEmma,42,red\nPersuasion,43,blue\n")
    assert isinstance(first, Parsed)
    assert isinstance(second, Parsed)
    assert [w.code for w in first.warnings] == [WarningCode.COLUMN_IGNORED]
    assert "shoe size, colour" in first.warnings[0].message
    assert second.warnings == ()


def test_a_row_without_a_title_is_rejected_and_the_next_read(read_all: Read) -> None:
    first, second = read_all(b"title,author\n,Austen\nEmma,Austen\n")
    assert isinstance(first, Rejected)
    assert (first.position, first.code) == (1, RejectCode.TITLE_MISSING)
    assert first.raw == b",Austen\n"
    assert bib(second).title == "Emma"


def test_blank_rows_are_no_rows(read_all: Read) -> None:
    outcomes = read_all(b"\n\ntitle,author\n\n,\nEmma,Austen\n  ,\n")
    assert [outcome.position for outcome in outcomes] == [1]


@pytest.mark.parametrize("row", [b"Emma,Austen,surplus\n", b'"Emma" x,Austen\n', b'"Emma,Austen\n'])
def test_a_row_that_is_not_csv_is_rejected(reject_one: RejectOne, row: bytes) -> None:
    rejected = reject_one(b"title,author\n" + row)
    assert rejected.code is RejectCode.ROW_MALFORMED
    assert rejected.raw == row


def test_a_cell_may_span_lines(read_one: ReadOne) -> None:
    outcome = read_one(b'title,summary\nEmma,"first\nsecond"\n')
    assert outcome.record["520"]["a"] == "first second"
    assert outcome.raw == b'Emma,"first\nsecond"\n'


def test_text_that_is_not_utf8_names_its_column(read_all: Read) -> None:
    first, second = read_all("title,author\nCafé,X\n".encode("latin-1") + b"Emma,Y\n")
    assert isinstance(first, Rejected)
    assert first.code is RejectCode.ENCODING_INVALID
    assert "title" in first.message
    assert bib(second).author == "Y"


@pytest.mark.parametrize(
    ("cell", "isbns"),
    [
        ("439023483", ("9780439023481",)),
        ("9.780439023481E+12", ("9780439023481",)),
        ("9780439023481; 0-14-143958-0", ("9780439023481", "9780141439587")),
    ],
)
def test_isbns_that_a_spreadsheet_mangled_come_back(
    read_one: ReadOne, cell: str, isbns: tuple[str, ...]
) -> None:
    outcome = read_one(f"title,isbn\nEmma,{cell}\n".encode())
    assert bib(outcome).isbns == isbns
    assert outcome.warnings == ()


def test_an_isbn_that_lost_its_last_digit_is_known_by_its_neighbour(read_one: ReadOne) -> None:
    outcome = read_one(b"title,isbn,isbn13\nThe Hunger Games,439023483,9.78043902348e+12\n")
    assert bib(outcome).isbns == ("9780439023481",)
    assert outcome.warnings == ()


def test_a_wrong_isbn_is_kept_as_typed(read_one: ReadOne) -> None:
    outcome = read_one(b"title,isbn\nEmma,978-0-00-000000-1\n")
    assert outcome.record["020"]["z"] == "978-0-00-000000-1"
    assert [w.code for w in outcome.warnings] == [WarningCode.ISBN_INVALID]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("en", "eng"), ("en-US", "eng"), ("FRE", "fre"), ("Deutsch", "ger"), ("fra", "fre")],
)
def test_languages_are_understood_as_people_write_them(
    read_one: ReadOne, typed: str, code: str
) -> None:
    assert bib(read_one(f"title,language\nEmma,{typed}\n".encode())).language == code


def test_an_unknown_language_is_kept_as_a_note(read_one: ReadOne) -> None:
    outcome = read_one(b"title,language\nEmma,Klingon\n")
    assert outcome.record["546"]["a"] == "Klingon"
    assert [w.code for w in outcome.warnings] == [WarningCode.LANGUAGE_UNKNOWN]


@pytest.mark.parametrize(
    ("typed", "year"), [("2008.0", 2008), ("c1999", 1999), ("٢٠٠٥", 2005), ("-750.0", None)]
)
def test_years_are_found_in_what_was_typed(read_one: ReadOne, typed: str, year: int | None) -> None:
    assert bib(read_one(f"title,year\nEmma,{typed}\n".encode())).year == year


def test_control_characters_are_removed(read_one: ReadOne) -> None:
    outcome = read_one(b"title,author\nEm\x00ma\x07,Austen\n", Format.CSV)
    assert bib(outcome).title == "Emma"
    assert WarningCode.CONTROL_CHARACTER_REMOVED in {w.code for w in outcome.warnings}


@pytest.mark.parametrize("data", [b"author,year\nAusten,1815\n", b"Emma\n", b'"title\n'])
def test_a_first_row_without_a_title_column_is_explained(data: bytes) -> None:
    with pytest.raises(HeaderMissing, match="first row"):
        list(open_source(BytesIO(data), Format.CSV))


def test_html_and_sql_in_cells_are_only_text(read_one: ReadOne) -> None:
    title = "<script>alert(1)</script>'; DROP TABLE bibs; --"
    assert bib(read_one(f'title,author\n"{title}",x\n'.encode())).title == title


def test_a_list_of_10000_books_loses_none(shared_data: Path) -> None:
    """goodbooks-10k: ISBNs without leading zeros, and in scientific notation."""
    with (shared_data / "books_csv/goodbooks10k_books.csv.gz").open("rb") as stream:
        outcomes = list(open_source(stream))
    fields = [bib(outcome) for outcome in outcomes]
    assert len(fields) == 10_000
    assert sum(bool(field.isbns) for field in fields) == 9_292
