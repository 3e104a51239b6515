from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from stackroom.audit.filters import Filters
from stackroom.core.schemas import In, Line, Out, PageOut, example

Name = Annotated[Line, StringConstraints(max_length=100, strip_whitespace=True)]


class Asks(Filters):
    """The filters of a search: those of the list of entries."""


class SearchIn(In):
    model_config = example({"name": "Deleted titles", "asks": {"action": "bib.deleted"}})

    name: Name
    asks: Asks = Field(description="filters, as of `GET /audit/entries`; at least one")
    shared: bool = Field(False, description="whether everybody who reads the trail sees it")


class SearchPatch(In):
    model_config = example({"name": "Titles that went", "shared": True})

    name: Name | None = None
    shared: bool | None = None


class SearchForm(In):
    """Of the page, which carries the filters in its address."""

    name: Name
    shared: bool = False


class SearchOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000098",
            "name": "Deleted titles",
            "asks": {"action": "bib.deleted"},
            "shared": True,
            "owner_id": "0197c0de-0000-7000-8000-000000000099",
            "owner": "Eva Audit",
        }
    )

    id: UUID
    name: str
    asks: dict[str, str]
    shared: bool
    owner_id: UUID
    owner: str


class SearchPage(PageOut):
    items: list[SearchOut]
