"""Forms of the catalogue's pages: as the API's bodies, but for what a form cannot say.

A form gives every field, so an empty one empties the field; lists are lines of text.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from stackroom.catalogue.editing import Edits
from stackroom.catalogue.marc_text import BadLine, from_text
from stackroom.catalogue.models import Bib, Item
from stackroom.catalogue.schemas import (
    Barcode,
    Code,
    Heading,
    Isbn,
    Language,
    Mark,
    Material,
    Note,
    Phrase,
    Title,
    Year,
)
from stackroom.catalogue.service.items import ItemEdits
from stackroom.core.schemas import In


def _each_line(kind: Any) -> Callable[[str], str]:
    """Check every line by itself; the message names the line that is wrong."""
    line_type = TypeAdapter(kind)

    def check(text: str) -> str:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for line in lines:
            try:
                line_type.validate_python(line)
            except ValidationError as error:
                sentence = error.errors()[0]["msg"].removeprefix("Value error, ")
                raise ValueError(f"“{line}”: {sentence}") from None
        return "\n".join(lines)

    return check


def _marc_lines(text: str) -> str:
    try:
        from_text(text)
    except BadLine as error:
        raise ValueError(str(error)) from None
    return text


IsbnLines = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_each_line(Isbn))]
SubjectLines = Annotated[
    str, StringConstraints(max_length=20_000), AfterValidator(_each_line(Heading))
]
MarcLines = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1_000_000, strip_whitespace=False),
    AfterValidator(_marc_lines),
]


class BibForm(In):
    title: Title
    author: Phrase = ""
    isbns: IsbnLines = ""
    subjects: SubjectLines = ""
    language: Language = ""
    year: Year | None = None
    publisher: Phrase = ""
    edition: Phrase = ""
    material: Material = "book"
    suppressed: bool = False
    revision: int = Field(0, description="which revision the person saw")

    def edits(self) -> Edits:
        return Edits(
            title=self.title,
            author=self.author,
            isbns=TypeAdapter(list[Isbn]).validate_python(self.isbns.splitlines()),
            subjects=self.subjects.splitlines(),
            language=self.language,
            year=self.year,
            publisher=self.publisher,
            edition=self.edition,
            material=self.material,
        )


class MarcForm(In):
    marc: MarcLines
    revision: int = 0


class ItemForm(In):
    barcode: Barcode
    item_type: Code
    place: Annotated[str, StringConstraints(pattern=r"^[^/]+/[^/]*$", max_length=90)]
    call_number: Note = ""
    copy_number: Mark = ""
    not_for_loan: Note = ""
    damaged: bool = False
    restricted: bool = False
    suppressed: bool = False
    revision: int = 0

    def edits(self) -> ItemEdits:
        library, _, location = self.place.partition("/")
        return ItemEdits(
            barcode=self.barcode,
            item_type=self.item_type,
            library=library,
            location=location,
            call_number=self.call_number,
            copy_number=self.copy_number,
            not_for_loan=self.not_for_loan,
            damaged=self.damaged,
            restricted=self.restricted,
            suppressed=self.suppressed,
        )


def of_bib(bib: Bib) -> dict[str, Any]:
    names = "title author language year publisher edition material suppressed revision".split()
    lines = {"isbns": "\n".join(bib.isbns), "subjects": "\n".join(bib.subjects)}
    return {name: getattr(bib, name) for name in names} | lines


def of_item(item: Item) -> dict[str, Any]:
    names = "barcode copy_number not_for_loan damaged restricted suppressed revision".split()
    location = item.holdings.location
    return {name: getattr(item, name) for name in names} | {
        "item_type": item.item_type.code,
        "place": f"{item.holdings.library.code}/{location.code if location else ''}",
        "call_number": item.holdings.call_number,
    }
