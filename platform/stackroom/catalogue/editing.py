"""The fields of the form, written into the MARC record they were drawn from.

Only what differs from the record is written, and only where it stands; every other field,
subfield and indicator stays as it was. Tags as in https://www.loc.gov/marc/bibliographic/.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, TypedDict

from pymarc import Field, Indicators, Leader, Record, Subfield

from stackroom.catalogue.isbn import normalise
from stackroom.catalogue.marc import BibFields, MaterialType, TitleMissing, extract


class Edits(TypedDict, total=False):
    """What a form may change; a name that is missing is left alone, an empty value is removed."""

    title: str
    author: str
    isbns: list[str]
    subjects: list[str]
    language: str
    year: int | None
    publisher: str
    edition: str
    material: str
    control_number: str
    control_source: str


def blank(today: date) -> Record:
    """A record that says only when it was entered; 008 in the positions of MARC 21."""
    record = Record()
    record.leader = Leader("00000nam a2200000 i 4500")
    _insert(record, Field(tag="008", data=f"{today:%y%m%d}nuuuuuuuuxx {'|' * 17}und d"))
    return record


def edit(record: Record, edits: Edits) -> None:
    before = _extracted(record)
    for name, write in _WRITERS.items():
        if name in edits and edits[name] != _present(before, name):  # type: ignore[literal-required]
            write(record, edits[name])  # type: ignore[literal-required]


def _extracted(record: Record) -> BibFields | None:
    try:
        return extract(record)
    except TitleMissing:
        return None


_MEMBERS = {"material": "material_type", "control_source": "control_number_source"}


def _present(fields: BibFields | None, name: str) -> Any:
    """The value as an edit would give it."""
    value = getattr(fields, _MEMBERS.get(name, name)) if fields else None
    if isinstance(value, tuple):
        return list(value)
    return "" if value is None and name != "year" else value


def _title(record: Record, title: str) -> None:
    field = record.get("245") or _add(record, "245", "00")
    before = "".join(field.get_subfields("a"))
    head, colon, rest = title.partition(" : ")
    told = [("a", f"{head} :"), ("b", rest)] if colon else [("a", title)]
    kept = [subfield for subfield in field.subfields if subfield.code not in "abnp"]
    if any(subfield.code == "c" for subfield in kept):
        told[-1] = (told[-1][0], f"{told[-1][1]} /")
    _rewrite(field, kept, told)
    skipped = int(field.indicator2) if field.indicator2.isdigit() else 0
    if title[:skipped] != before[:skipped]:  # the article that does not sort is gone
        field.indicators = Indicators(field.indicator1, "0")


def _author(record: Record, author: str) -> None:
    field = next(iter(record.get_fields("100", "110", "111")), None)
    if not author:
        for named in [field] if field else record.get_fields("700", "710", "711"):
            record.remove_field(named)
        return
    field = field or _add(record, "100", "1 " if "," in author else "0 ")
    # the numbers of $0 and $1 stand for the former name
    kept = [subfield for subfield in field.subfields if subfield.code not in "abcdnqt01"]
    _rewrite(field, kept, [("a", author)])


def _isbns(record: Record, isbns: list[str]) -> None:
    """Qualifiers, prices and invalid numbers stay; a field that had only the number goes."""
    present = set()
    for field in record.get_fields("020"):
        numbers = {text: normalise(text) for text in field.get_subfields("a")}
        gone = [text for text, isbn in numbers.items() if isbn and isbn.isbn13 not in isbns]
        present |= {isbn.isbn13 for isbn in numbers.values() if isbn}
        if gone and not _leave_out(field, "a", gone):
            record.remove_field(field)
    for isbn in isbns:
        if isbn not in present:
            _add(record, "020", "  ", ("a", isbn))


def _subjects(record: Record, subjects: list[str]) -> None:
    present = set()
    for field in list(record.fields):
        headings = _headings(field)
        present |= set(headings)
        if headings and not set(headings) & set(subjects):
            record.remove_field(field)
        elif field.tag == "653":
            texts = field.get_subfields("a")
            _leave_out(
                field, "a", [t for t in texts if not set(_headings(_word(t))) & set(subjects)]
            )
    for heading in subjects:
        if heading not in present:
            main, *subdivisions = heading.split("--")
            _add(record, "650", " 4", ("a", main), *[("x", part) for part in subdivisions])


def _headings(field: Field) -> tuple[str, ...]:
    """The subjects that the extraction draws from one field, asked of the extraction itself."""
    if field.tag[0] != "6" and not (field.tag == "880" and field.get("6", "")[:1] == "6"):
        return ()
    title = Field(tag="245", indicators=Indicators("0", "0"), subfields=[Subfield("a", "x")])
    return extract(Record(fields=[title, field])).subjects


def _word(text: str) -> Field:
    return Field(tag="653", indicators=Indicators(" ", " "), subfields=[Subfield("a", text)])


def _language(record: Record, language: str) -> None:
    _code(record, 35, language or "und")
    if not language:
        record.remove_fields("041")  # else its code would take the place


def _year(record: Record, year: int | None) -> None:
    before = _extracted(record)
    if year is None:
        _code(record, 6, "nuuuuuuuu")
        for field in _publications(record):
            _leave_out(field, "c", field.get_subfields("c"))
        return
    coded = _coded(record)
    kind = coded[6] if coded[6] in "cdeikmpqrstu" else "s"
    _code(record, 6, f"{kind}{year:04d}")
    if kind == "s":
        _code(record, 11, "    ")
    former = str(before.year) if before and before.year else "none"
    for field in [field for field in _publications(record) if "c" in field][:1]:
        text = field["c"]
        _put(field, "c", text.replace(former, str(year)) if former in text else str(year))


def _publisher(record: Record, publisher: str) -> None:
    fields = _publications(record)
    if not publisher:
        for told in fields:
            _leave_out(told, "b", told.get_subfields("b"))
        return
    named = [told for told in fields if "b" in told] or fields
    field = named[0] if named else _add(record, "264", " 1")
    text = f"{publisher}," if "c" in field else publisher
    if "b" in field:
        _put(field, "b", text)
    else:
        codes = [subfield.code for subfield in field.subfields]
        field.add_subfield("b", text, codes.index("c") if "c" in codes else None)


def _publications(record: Record) -> list[Field]:
    """In the order in which the extraction reads them."""
    fields = record.get_fields("264")
    published = [field for field in fields if field.indicator2 == "1"]
    others = [field for field in fields if field.indicator2 != "1"]
    return [*published, *record.get_fields("260"), *others]


def _edition(record: Record, edition: str) -> None:
    field = record.get("250")
    if not edition:
        record.remove_fields("250")
        return
    field = field or _add(record, "250", "  ")
    kept = [subfield for subfield in field.subfields if subfield.code not in "ab"]
    _rewrite(field, kept, [("a", edition)])


_LEADER = {
    MaterialType.ARCHIVE: "pc",
    MaterialType.AUDIOBOOK: "im",
    MaterialType.BOOK: "am",
    MaterialType.EBOOK: "am",
    MaterialType.EJOURNAL: "as",
    MaterialType.IMAGE: "km",
    MaterialType.KIT: "om",
    MaterialType.MANUSCRIPT: "tm",
    MaterialType.MAP: "em",
    MaterialType.MUSIC: "jm",
    MaterialType.OBJECT: "rm",
    MaterialType.SCORE: "cm",
    MaterialType.SERIAL: "as",
    MaterialType.SOFTWARE: "mm",
    MaterialType.VIDEO: "gm",
}


def _material(record: Record, material: str) -> None:
    """Leader/06-07, and 008/23 for what is read on a screen."""
    leader = str(record.leader)
    record.leader = Leader(f"{leader[:6]}{_LEADER[MaterialType(material)]}{leader[8:]}")
    if material in {MaterialType.EBOOK, MaterialType.EJOURNAL}:
        _code(record, 23, "o")
    elif material in {MaterialType.BOOK, MaterialType.SERIAL}:
        _code(record, 23, " ")


def _control_number(record: Record, number: str) -> None:
    _set_control(record, "001", number)


def _control_source(record: Record, source: str) -> None:
    _set_control(record, "003", source)


def _set_control(record: Record, tag: str, text: str) -> None:
    record.remove_fields(tag)
    if text:
        _insert(record, Field(tag=tag, data=text))


_WRITERS: dict[str, Callable[[Record, Any], None]] = {
    "title": _title,
    "author": _author,
    "isbns": _isbns,
    "subjects": _subjects,
    "material": _material,
    "language": _language,
    "year": _year,
    "publisher": _publisher,
    "edition": _edition,
    "control_number": _control_number,
    "control_source": _control_source,
}


def _coded(record: Record) -> str:
    """Field 008, which is made where it is missing and filled where it is short."""
    field = record.get("008")
    if field is None:
        field = Field(tag="008", data=f"{' ' * 6}n{'u' * 8}xx {'|' * 17}und d")
        _insert(record, field)
    field.data = (field.data or "").ljust(40)
    return field.data


def _code(record: Record, position: int, text: str) -> None:
    coded = _coded(record)
    record["008"].data = coded[:position] + text + coded[position + len(text) :]


def _add(record: Record, tag: str, indicators: str, *told: tuple[str, str]) -> Field:
    subfields = [Subfield(code, text) for code, text in told]
    field = Field(tag=tag, indicators=Indicators(*indicators), subfields=subfields)
    _insert(record, field)
    return field


def _insert(record: Record, field: Field) -> None:
    """Before the first field with a higher tag; the others keep their order, whatever it is."""
    places = (n for n, other in enumerate(record.fields) if other.tag > field.tag)
    record.fields.insert(next(places, len(record.fields)), field)


def _rewrite(field: Field, kept: list[Subfield], told: list[tuple[str, str]]) -> None:
    """Put new subfields behind the links ($6, $8), which come first, and before the others."""
    links = [subfield for subfield in kept if subfield.code in "68"]
    others = [subfield for subfield in kept if subfield.code not in "68"]
    field.subfields = [*links, *[Subfield(code, text) for code, text in told], *others]


def _put(field: Field, code: str, text: str) -> None:
    """Change the first subfield of that code; further ones go, since `text` says it all."""
    first = next(n for n, subfield in enumerate(field.subfields) if subfield.code == code)
    after = [subfield for subfield in field.subfields[first + 1 :] if subfield.code != code]
    field.subfields = [*field.subfields[:first], Subfield(code, text), *after]


def _leave_out(field: Field, code: str, texts: list[str]) -> bool:
    """Tells whether the field still has something to say."""
    field.subfields = [s for s in field.subfields if s.code != code or s.value not in texts]
    return any(subfield.code in "az" for subfield in field.subfields)
