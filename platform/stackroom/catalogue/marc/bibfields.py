"""What a catalogue shows and finds of a record: its title, people, numbers, subjects.

Tags and subfields as in MARC 21 Format for Bibliographic Data
(https://www.loc.gov/marc/bibliographic/).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pymarc import Field, Record

from stackroom.catalogue.isbn import normalise
from stackroom.catalogue.marc.errors import TitleMissing
from stackroom.catalogue.marc.material import MaterialType, material_type
from stackroom.catalogue.marc.wording import sort_form, trim


@dataclass(frozen=True, slots=True)
class BibFields:
    """`title_alternate` is the title in its own script where the record also romanises it.

    `language` is a MARC code (ISO 639-2/B), `year` that of publication, `isbns` are ISBN-13.
    `is_deleted` tells that the file asks for the record to be removed (leader/05).
    """

    title: str
    title_alternate: str | None
    sort_title: str
    author: str | None
    contributors: tuple[str, ...]
    isbns: tuple[str, ...]
    issns: tuple[str, ...]
    subjects: tuple[str, ...]
    language: str | None
    year: int | None
    publisher: str | None
    edition: str | None
    series: tuple[str, ...]
    control_number: str | None
    control_number_source: str | None
    material_type: MaterialType
    is_deleted: bool


_NAME_CODES = {"100": "abcdq", "110": "abdn", "111": "acdnq"}
_CREATORS = ("100", "110", "111")
_ADDED = ("700", "710", "711")
_SUBDIVISIONS = frozenset("vxyz")
_HEADING_CODES = frozenset("abcdfghjklmnopqrst")

_ISSN = re.compile(r"[0-9]{4}-[0-9]{3}[0-9Xx]")
_LANGUAGE = re.compile("[a-z]{3}")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_LAST_YEAR = 2100

_Fields = dict[str, list[Field]]


def extract(record: Record) -> BibFields:
    """Raise TitleMissing where no field has a title, be it a uniform or a variant one."""
    fields, linked = _by_tag(record)
    title_field = next(iter(fields["245"]), None)
    proper = _title(title_field)
    title = proper or _title_elsewhere(fields, linked)
    alternate = _title(next(iter(linked["245"]), None))
    if not title:
        raise TitleMissing("The record has no title (245); add one.")
    coded = _coded(fields)
    names = list(_names(fields, linked))
    return BibFields(
        title=title,
        title_alternate=alternate if alternate and alternate != title else None,
        sort_title=_sort_title(title_field if proper else None, title),
        author=names[0] if names else None,
        contributors=tuple(dict.fromkeys(names)),
        isbns=_isbns(fields["020"]),
        issns=_issns(fields["022"]),
        subjects=tuple(dict.fromkeys(_subjects(fields, linked))),
        language=_language(coded, fields),
        year=_year(coded, fields),
        publisher=_publisher(fields),
        edition=_first(fields["250"], "ab"),
        series=_series(fields),
        control_number=_control(fields["001"]),
        control_number_source=_control(fields["003"]),
        material_type=material_type(record, coded),
        is_deleted=record.leader[5] == "d",
    )


def _by_tag(record: Record) -> tuple[_Fields, _Fields]:
    """Return the fields by tag, and the 880 fields by the tag that they are linked to."""
    fields: _Fields = defaultdict(list)
    linked: _Fields = defaultdict(list)
    for field in record.fields:
        if field.tag == "880":
            linked[field.get("6", "")[:3]].append(field)
        else:
            fields[field.tag].append(field)
    return fields, linked


def _coded(fields: _Fields) -> str:
    return (fields["008"][0].data or "") if fields["008"] else ""


def _joined(field: Field, codes: str) -> str:
    return trim(" ".join(value for code, value in field.subfields if code in codes))


def _first(fields: Iterable[Field], codes: str) -> str | None:
    return next((text for field in fields if (text := _joined(field, codes))), None)


def _title(field: Field | None) -> str:
    """Title, remainder, part; or, for archives and broken records, form and dates."""
    return (_joined(field, "abnp") or _joined(field, "fgks")) if field else ""


def _title_elsewhere(fields: _Fields, linked: _Fields) -> str:
    """Records without a 245 are invalid, but their uniform or variant title is found by readers."""
    candidates = (linked["245"], fields["240"], fields["130"], fields["246"], fields["740"])
    return next((title for group in candidates for field in group if (title := _title(field))), "")


def _sort_title(field: Field | None, title: str) -> str:
    """Leave out the article, which the second indicator of 245 counts in characters."""
    count = int(field.indicator2) if field and field.indicator2.isdecimal() else 0
    # a count that ends inside a word is a mistake
    if title[count - 1 : count].isalnum() and title[count : count + 1].isalnum():
        count = 0
    return sort_form(title[count:]) or sort_form(title)


def _names(fields: _Fields, linked: _Fields) -> Iterator[str]:
    for tags in (_CREATORS, _ADDED):
        for tag in tags:
            for field in fields[tag] + linked[tag]:
                # an added name with a title is a work inside this one, or about it
                name = "" if "t" in field else _joined(field, _NAME_CODES[f"1{tag[1:]}"])
                if name:
                    yield name


def _isbns(fields: list[Field]) -> tuple[str, ...]:
    texts = (text for field in fields for text in field.get_subfields("a"))
    return tuple(dict.fromkeys(isbn.isbn13 for text in texts if (isbn := normalise(text))))


def _issns(fields: list[Field]) -> tuple[str, ...]:
    texts = (text for field in fields for text in field.get_subfields("a"))
    found = (match[0].upper() for text in texts if (match := _ISSN.search(text)))
    return tuple(dict.fromkeys(issn for issn in found if _is_issn(issn)))


def _is_issn(issn: str) -> bool:
    """Check the last character: a weighted sum modulo 11 (ISO 3297)."""
    digits = issn.replace("-", "")
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return (
        sum(value * weight for value, weight in zip(values, range(8, 0, -1), strict=True)) % 11 == 0
    )


def _subjects(fields: _Fields, linked: _Fields) -> Iterator[str]:
    for group in (fields, linked):
        for tag in sorted(tag for tag in group if tag.startswith("6")):
            for field in group[tag]:
                yield from _headings(field)


def _headings(field: Field) -> Iterator[str]:
    """Write "Cats--Fiction"; 653 holds words that belong to nobody's list, each for itself."""
    if field.tag == "653":
        yield from filter(None, map(trim, field.get_subfields("a")))
        return
    main = trim(" ".join(v for code, v in field.subfields if code in _HEADING_CODES))
    parts = [main, *[trim(value) for code, value in field.subfields if code in _SUBDIVISIONS]]
    if heading := "--".join(filter(None, parts)):
        yield heading


def _language(coded: str, fields: _Fields) -> str | None:
    code = coded[35:38].lower()
    if not _LANGUAGE.fullmatch(code) or code == "und":
        # "engfre": several codes in one subfield, an old habit
        code = next((field.get("a", "")[:3].lower() for field in fields["041"]), "")
    return code if _LANGUAGE.fullmatch(code) else None


def _year(coded: str, fields: _Fields) -> int | None:
    if (year := _as_year(coded[7:11])) is not None:
        return year
    published = [field for field in fields["264"] if field.indicator2 == "1"]
    for field in [*published, *fields["260"], *fields["264"]]:
        for text in field.get_subfields("c"):
            for digits in _YEAR.findall(text):
                if (year := _as_year(digits)) is not None:
                    return year
    return None


def _as_year(digits: str) -> int | None:
    """Refuse 9999 ("still appearing") and other years that no book has."""
    if not _YEAR.fullmatch(digits):
        return None
    return int(digits) if 0 < int(digits) <= _LAST_YEAR else None


def _publisher(fields: _Fields) -> str | None:
    published = [field for field in fields["264"] if field.indicator2 == "1"]
    return _first([*published, *fields["260"], *fields["264"]], "b")


def _series(fields: _Fields) -> tuple[str, ...]:
    statements = fields["490"] or fields["830"] or fields["440"]
    return tuple(dict.fromkeys(filter(None, (_joined(field, "anp") for field in statements))))


def _control(fields: list[Field]) -> str | None:
    return (fields[0].data or "").strip() or None if fields else None
