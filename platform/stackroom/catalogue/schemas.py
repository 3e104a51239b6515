from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from stackroom.catalogue import isbn
from stackroom.catalogue.marc import MaterialType
from stackroom.catalogue.marc.languages import language_code
from stackroom.catalogue.marc.records import UNSTORABLE
from stackroom.catalogue.models import ItemStatus
from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Out, PageOut, example

Sort = Literal["relevance", "title", "-title", "year", "-year"]
Year = Annotated[int, Field(ge=1, le=2100)]
Price = Annotated[int, Field(ge=0, le=2_000_000_000)]


def _isbn13(text: str) -> str:
    try:
        return isbn.parse(text).isbn13
    except isbn.InvalidIsbn as error:
        raise ValueError(error.message) from None


def _language(text: str) -> str:
    if not text:
        return ""
    if len(text) == 3 and text.isascii() and text.isalpha():
        return text.lower()
    if code := language_code(text):
        return code
    raise ValueError("Write the language as a code of three letters (ISO 639-2/B), such as eng.")


def _material(text: str) -> str:
    if text not in set(MaterialType):
        raise ValueError(f"Use one of {', '.join(MaterialType)}.")
    return text


def _storable(text: str) -> str:
    """White space of any kind is one blank, as MARC wants it; other controls are refused."""
    line = " ".join(text.split())
    if UNSTORABLE.search(line):
        raise ValueError("Control characters are not allowed; remove them.")
    return line


Phrase = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_storable)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_storable)]
Isbn = Annotated[str, StringConstraints(max_length=40), AfterValidator(_isbn13)]
Language = Annotated[str, StringConstraints(max_length=40), AfterValidator(_language)]
Material = Annotated[str, StringConstraints(max_length=20), AfterValidator(_material)]
Heading = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_storable)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_storable)]
Barcode = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_storable)]
Note = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
Words = Annotated[str, StringConstraints(max_length=400)]
Mark = Annotated[str, StringConstraints(max_length=40), AfterValidator(_storable)]
Number = Annotated[str, StringConstraints(max_length=100), AfterValidator(_storable)]


class BibQuery(PageQuery):
    q: Words = Field("", description='words, "a phrase", -without, begin*; or an ISBN')
    author: Words = ""
    title: Words = ""
    subject: Words = ""
    heading: str = Field(
        "", max_length=2000, description="one subject exactly, as the facets name it"
    )
    isbn: Isbn | None = None
    year_from: Year | None = None
    year_to: Year | None = None
    language: Language = ""
    material: Material | None = None
    available: bool | None = None
    sort: Sort | None = Field(None, description="relevance where words are given, else title")
    facets: bool = Field(True, description="false answers sooner")

    @field_validator("year_to")
    @classmethod
    def _in_order(cls, year_to: int | None, given: ValidationInfo) -> int | None:
        if year_to and year_to < (given.data.get("year_from") or 0):
            raise ValueError("It must not lie before year_from.")
        return year_to


class BibIn(In):
    """From fields, from `marc`, or from `marc` with fields written into it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "The left hand of darkness",
                    "author": "Le Guin, Ursula K.",
                    "isbns": ["978-0-441-47812-5"],
                    "subjects": ["Science fiction"],
                    "language": "eng",
                    "year": 1969,
                    "publisher": "Ace Books",
                }
            ]
        }
    )

    title: Title | None = Field(None, description="required without `marc`")
    author: Phrase = ""
    isbns: list[Isbn] = Field([], max_length=50)
    subjects: list[Heading] = Field([], max_length=200)
    language: Language = ""
    year: Year | None = None
    publisher: Phrase = ""
    edition: Phrase = ""
    material: Material = "book"
    control_number: Number = ""
    control_source: Number = ""
    suppressed: bool = Field(False, description="hidden from the public")
    marc: dict[str, Any] | None = Field(None, description="MARC-in-JSON, kept without loss")

    @model_validator(mode="after")
    def _has_title(self) -> Self:
        if self.title is None and self.marc is None:
            raise ValueError("Give a title, or the whole record as marc.")
        return self


class BibChange(In):
    """What is left out stays; the rest of the MARC record stays in any case."""

    model_config = example({"year": 1986, "subjects": ["Science fiction", "Gender"]})

    title: Title | None = None
    author: Phrase | None = None
    isbns: list[Isbn] | None = Field(None, max_length=50)
    subjects: list[Heading] | None = Field(None, max_length=200)
    language: Language | None = None
    year: Year | None = None
    publisher: Phrase | None = None
    edition: Phrase | None = None
    material: Material | None = None
    control_number: Number | None = None
    control_source: Number | None = None
    suppressed: bool | None = None
    marc: dict[str, Any] | None = None


class BibOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000001",
            "title": "The left hand of darkness",
            "title_alternate": "",
            "author": "Le Guin, Ursula K.",
            "contributors": [],
            "isbns": ["9780441478125"],
            "issns": [],
            "subjects": ["Science fiction"],
            "language": "eng",
            "year": 1969,
            "publisher": "Ace Books",
            "edition": "",
            "series": "Hainish cycle",
            "material": "book",
            "control_number": "68012345",
            "control_source": "DLC",
            "suppressed": False,
            "items_total": 2,
            "items_available": 1,
        }
    )

    id: UUID
    title: str
    title_alternate: str
    author: str
    contributors: list[str]
    isbns: list[str]
    issns: list[str]
    subjects: list[str]
    language: str
    year: int | None
    publisher: str
    edition: str
    series: str
    material: str
    control_number: str | None
    control_source: str
    suppressed: bool
    items_total: int
    items_available: int


class FacetValueOut(Out):
    value: str
    count: int


class FacetsOut(Out):
    """How the hits divide; `is_sampled` where only the first 5,000 were counted."""

    subject: list[FacetValueOut]
    language: list[FacetValueOut]
    material: list[FacetValueOut]
    decade: list[FacetValueOut]
    available: list[FacetValueOut]
    is_sampled: bool


class BibsPage(PageOut):
    model_config = example(
        {
            "total_is_capped": False,
            "facets": {
                "subject": [{"value": "Science fiction", "count": 1}],
                "language": [{"value": "eng", "count": 1}],
                "material": [{"value": "book", "count": 1}],
                "decade": [{"value": "1960", "count": 1}],
                "available": [{"value": "true", "count": 1}],
                "is_sampled": False,
            },
        }
    )

    items: list[BibOut]
    total_is_capped: bool = Field(description="there are more than `total`")
    facets: FacetsOut | None


class ItemQuery(PageQuery):
    barcode: str = Field("", max_length=80)
    bib_id: UUID | None = None


class ItemIn(In):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bib_id": "01968f2a-7b6c-7c1e-9a51-3f2f6f0f4b11",
                    "barcode": "39000001",
                    "item_type": "book",
                    "call_number": "PS3562.E42",
                }
            ]
        }
    )

    bib_id: UUID
    barcode: Barcode
    item_type: Code = "book"
    library: Code | None = Field(None, description="code; the main library where left out")
    location: Code | None = Field(None, description="code; the library's first where left out")
    call_number: Note = ""
    copy_number: Mark = ""
    status: ItemStatus = Field(ItemStatus.AVAILABLE, description="available, in_process, on_order")
    damaged: bool = False
    not_for_loan: Note = Field("", description="the reason; empty where it may be lent")
    restricted: bool = False
    suppressed: bool = False
    price_minor: Price | None = Field(None, description="in the currency's smallest unit")


class ItemChange(In):
    """What is left out stays. The status is written by lending and returning only."""

    model_config = example({"location": "stacks", "damaged": True})

    barcode: Barcode | None = None
    item_type: Code | None = None
    library: Code | None = None
    location: Code | None = None
    call_number: Note | None = None
    copy_number: Mark | None = None
    damaged: bool | None = None
    not_for_loan: Note | None = None
    restricted: bool | None = None
    suppressed: bool | None = None
    price_minor: Price | None = None


class ItemOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000002",
            "bib_id": "0197c0de-0000-7000-8000-000000000001",
            "barcode": "30001000012345",
            "item_type": "book",
            "library": "main",
            "location": "stacks",
            "call_number": "PS3562.E42",
            "copy_number": "",
            "status": "available",
            "damaged": False,
            "not_for_loan": "",
            "restricted": False,
            "suppressed": False,
            "price_minor": 1895,
        }
    )

    id: UUID
    bib_id: UUID
    barcode: str
    item_type: str
    library: str
    location: str | None
    call_number: str
    copy_number: str
    status: ItemStatus
    damaged: bool
    not_for_loan: str
    restricted: bool
    suppressed: bool
    price_minor: int | None


class ItemsPage(PageOut):
    items: list[ItemOut]
