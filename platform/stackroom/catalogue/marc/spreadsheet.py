"""Spreadsheets saved as CSV: a row is a small MARC record with, perhaps, one item.

The columns of a small library's list are found by name, in any order, case and of several
languages. Items go into field 952 as Koha writes it, so that they are read like everyone's.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from pymarc import Field, Indicators, Record, Subfield

from stackroom.catalogue.isbn import is_rounded, restore
from stackroom.catalogue.marc.encoding import mend_text
from stackroom.catalogue.marc.errors import EmptyFile, HeaderMissing, RecordRefused
from stackroom.catalogue.marc.languages import language_code
from stackroom.catalogue.marc.outcomes import (
    Outcome,
    Parsed,
    ReadWarning,
    RejectCode,
    Rejected,
    WarningCode,
)
from stackroom.catalogue.marc.records import clean, make_record

_COLUMNS = {
    "title": "title booktitle maintitle titel titre titulo titolo name",
    "subtitle": "subtitle titleremainder untertitel soustitre subtitulo",
    "author": "author authors creator creators writer autor autoren auteur auteurs autore",
    "isbn": "isbn isbns isbn10 isbn13 ean isbnissn isbnnumber",
    "publisher": "publisher publishers verlag editeur editorial editore imprint",
    "year": "year date published publicationyear yearpublished pubyear publicationdate"
    " originalpublicationyear copyrightyear jahr erscheinungsjahr annee ano anno",
    "edition": "edition auflage",
    "language": "language languages lang languagecode sprache langue idioma lingua",
    "subjects": "subject subjects topic topics keyword keywords category categories genre genres"
    " tag tags schlagwort schlagworter sujet sujets materia materias",
    "series": "series serie reihe collection",
    "summary": "summary description abstract notes note annotation",
    "control_number": "controlnumber controlno recordid bibid bibnumber",
    "barcode": "barcode itembarcode copybarcode accession accessionnumber accessionno strichcode"
    " codebarres",
    "call_number": "callnumber callno shelfmark classification dewey signatur cote signatura",
    "item_type": "itemtype type format mediatype materialtype medium",
    "location": "location shelf shelfloc shelvinglocation collectionlocation standort",
    "library": "library branch homebranch homelibrary bibliothek bibliotheque biblioteca",
    "copy": "copy copynumber copyno exemplar exemplaire",
    "price": "price cost replacementcost preis prix precio",
}
_COLUMN_BY_NAME = {name: column for column, names in _COLUMNS.items() for name in names.split()}

# bibliographic data from a list: monograph, minimal level, punctuation not ISBD
_LEADER = "00000nam a22000007  4500"
_ITEM_SUBFIELDS = {
    "library": "a",
    "location": "c",
    "price": "g",
    "call_number": "o",
    "barcode": "p",
    "copy": "t",
    "item_type": "y",
}
_SEVERAL = re.compile(r"\s*[;|]\s*")
_MAX_LINE_BYTES = 1024 * 1024

_Row = dict[str, list[str]]


def read_spreadsheet(stream: BinaryIO) -> Iterator[Outcome]:
    """Yield one outcome per row under the header, blank rows left out.

    Raises EmptyFile or HeaderMissing, each only before the first outcome.
    """
    header, delimiter = _header(stream)
    columns = [_COLUMN_BY_NAME.get(_plain(name), "") for name in header]
    if "title" not in columns:
        names = ", ".join(header)[:200]
        raise HeaderMissing(f"The first row must name the columns, one of them title: {names}")
    warnings = _ignored(header, columns)
    for position, (raw, cells) in enumerate(_rows(stream, delimiter), start=1):
        try:
            row = _row(_checked(cells), header, columns, warnings)
            yield Parsed(position, _record(row, warnings), raw, tuple(warnings))
        except RecordRefused as refusal:
            yield Rejected(position, refusal.code, refusal.message, raw)
        warnings = []


def _header(stream: BinaryIO) -> tuple[list[str], str]:
    line = b""
    while not line.strip():
        line = stream.readline(_MAX_LINE_BYTES)
        if not line:
            raise EmptyFile("The file is empty.")
    text = line.decode("utf-8-sig", "replace")
    delimiter = max(",;\t|", key=text.count)
    try:
        names = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise HeaderMissing(f"The first row, which must name the columns: {error}.") from error
    return [name.strip() for name in names], delimiter


def _plain(name: str) -> str:
    """Reduce a column's name to what matters: "Call No." and "call_no" are one."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _ignored(header: list[str], columns: list[str]) -> list[ReadWarning]:
    """Warn, once in a file, of columns that nothing is done with."""
    names = [name for name, column in zip(header, columns, strict=True) if name and not column]
    if not names:
        return []
    message = f"Columns that are not imported: {', '.join(names)}."
    return [ReadWarning(WarningCode.COLUMN_IGNORED, message)]


def _rows(stream: BinaryIO, delimiter: str) -> Iterator[tuple[bytes, list[str] | csv.Error]]:
    """Yield each row that is not blank: its bytes, and its cells or what is wrong with it."""
    taken: list[bytes] = []
    reader = csv.reader(_lines(stream, taken), delimiter=delimiter, strict=True)
    while True:
        cells: list[str] | csv.Error
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = error
        raw = b"".join(taken)
        taken.clear()
        if isinstance(cells, csv.Error) or any(cell.strip() for cell in cells):
            yield raw, cells


def _lines(stream: BinaryIO, taken: list[bytes]) -> Iterator[str]:
    while line := stream.readline(_MAX_LINE_BYTES):
        taken.append(line)
        # bytes that are not UTF-8 survive as surrogates until the cell they stand in is known
        yield line.decode("utf-8", "surrogateescape")


def _checked(cells: list[str] | csv.Error) -> list[str]:
    if isinstance(cells, csv.Error):
        raise RecordRefused(RejectCode.ROW_MALFORMED, f"The row is not CSV: {cells}.")
    return cells


def _row(
    cells: list[str], header: list[str], columns: list[str], warnings: list[ReadWarning]
) -> _Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise RecordRefused(
            RejectCode.ROW_MALFORMED,
            f"The row has {len(cells)} cells for {len(header)} columns; quote cells that hold"
            " the separator.",
        )
    row: _Row = {}
    # a row may be shorter than the header: the rest is empty
    for cell, name, column in zip(cells, header, columns, strict=False):
        if column and (value := _value(cell, f"Column {name}", warnings)):
            row.setdefault(column, []).append(value)
    return row


def _value(cell: str, where: str, warnings: list[ReadWarning]) -> str:
    if not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell):
        raise RecordRefused(
            RejectCode.ENCODING_INVALID,
            f'{where}: the text is not UTF-8. Save the sheet as "CSV UTF-8".',
        )
    return mend_text(where, clean(cell, where, warnings), warnings).strip()


def _record(row: _Row, warnings: list[ReadWarning]) -> Record:
    if not row.get("title"):
        raise RecordRefused(RejectCode.TITLE_MISSING, "The row has no title.")
    authors = _authors(row)
    fields = [
        *_control_number(row),
        *_isbns(row.get("isbn", []), warnings),
        *_language(row, warnings),
        *authors[:1],
        *_title(row),
        *_simple(row, "edition", "250", "a"),
        *_publication(row),
        *_simple(row, "series", "490", "a"),
        *_simple(row, "summary", "520", "a"),
        *[_field("650", [("a", subject)], " 4") for subject in _several(row, "subjects")],
        *authors[1:],
        *_item(row),
    ]
    return make_record(_LEADER, fields)


def _field(tag: str, subfields: list[tuple[str, str]], indicators: str = "  ") -> Field:
    return Field(
        tag=tag,
        indicators=Indicators(*indicators),
        subfields=[Subfield(code, value) for code, value in subfields],
    )


def _several(row: _Row, column: str) -> list[str]:
    """Split the cells of a column at ; and |. Commas stay: they stand inside names."""
    return [part for cell in row.get(column, []) for part in _SEVERAL.split(cell) if part]


def _simple(row: _Row, column: str, tag: str, code: str) -> list[Field]:
    return [_field(tag, [(code, value)]) for value in row.get(column, [])]


def _control_number(row: _Row) -> list[Field]:
    return [Field(tag="001", data=value) for value in row.get("control_number", [])[:1]]


def _isbns(cells: list[str], warnings: list[ReadWarning]) -> list[Field]:
    typed = [part for cell in cells for part in _SEVERAL.split(cell) if part]
    found = {text: restore(text) for text in typed}
    numbers = dict.fromkeys(isbn.isbn13 for isbn in found.values() if isbn)
    fields = [_field("020", [("a", number)]) for number in numbers]
    for text, isbn in found.items():
        # "9.78043902348E+12" has lost its last digit; the other column still has it
        if isbn or any(is_rounded(text, number) for number in numbers):
            continue
        message = f"{text!r} is not a valid ISBN; it was kept as typed."
        warnings.append(ReadWarning(WarningCode.ISBN_INVALID, message))
        fields.append(_field("020", [("z", text)]))
    return fields


def _language(row: _Row, warnings: list[ReadWarning]) -> list[Field]:
    languages = _several(row, "language")
    codes = [(("a", code)) for language in languages if (code := language_code(language))]
    unknown = [language for language in languages if not language_code(language)]
    for language in unknown:
        message = f"{language!r} is no language known here; it was kept as a note."
        warnings.append(ReadWarning(WarningCode.LANGUAGE_UNKNOWN, message))
    coded = [_field("041", codes)] if codes else []
    return coded + [_field("546", [("a", language)]) for language in unknown]


def _authors(row: _Row) -> list[Field]:
    names = _several(row, "author")
    tags = ["100", *["700"] * len(names)]
    return [
        _field(tag, [("a", name)], "1 " if "," in name else "0 ")
        for tag, name in zip(tags, names, strict=False)
    ]


def _title(row: _Row) -> list[Field]:
    title = [("a", row["title"][0]), *[("b", part) for part in row.get("subtitle", [])[:1]]]
    return [_field("245", title, "10" if row.get("author") else "00")]


def _publication(row: _Row) -> list[Field]:
    publisher = [("b", name) for name in row.get("publisher", [])[:1]]
    # "2008.0" is how a program exports a number that it kept with decimals
    year = [("c", text.removesuffix(".0")) for text in row.get("year", [])[:1]]
    return [_field("264", publisher + year, " 1")] if publisher or year else []


def _item(row: _Row) -> list[Field]:
    subfields = [
        (code, row[column][0]) for column, code in _ITEM_SUBFIELDS.items() if row.get(column)
    ]
    return [_field("952", subfields)] if "barcode" in row else []
