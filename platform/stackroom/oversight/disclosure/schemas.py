from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from stackroom.core.schemas import In, Instant, Line, Out, Text, example

Why = Annotated[
    Line, Field(description="kept in the trail for good: name a case or request, and no patron")
]


class ErasureIn(In):
    model_config = example({"reason": "Request 2026-114 by post", "dry_run": True})

    reason: Why
    dry_run: bool = Field(False, description="answer what would go and what hinders, do nothing")


class ErasureForm(In):
    reason: Why


class ErasureOut(Out):
    model_config = example(
        {
            "pseudonym": "Patron K7Q2-MF4X",
            "dry_run": True,
            "goes": ["The record: name, card number, e-mail, telephone, note"],
            "stays": ["What staff did, under the pseudonym that nobody can resolve any more"],
            "hinders": [],
            "loans": 12,
        }
    )

    pseudonym: str
    goes: list[str]
    stays: list[str]
    hinders: list[str] = Field(description="what has to be settled first; empty: nothing")
    loans: int = Field(description="returned loans that forget who had them")
    dry_run: bool


class RevealIn(In):
    model_config = example({"reason": "Complaint 2026-31: who had the damaged atlas"})

    reason: Why


class SearchIn(In):
    model_config = example({"q": "anna berg", "reason": "Request for information 2026-90"})

    q: Annotated[Text, StringConstraints(min_length=2, max_length=200)] = Field(
        description="words of the name, the e-mail address, or a card number"
    )
    reason: Why


class ValueOut(Out):
    field: str
    value: str


REVEALED = {
    "pseudonym": "Patron K7Q2-MF4X",
    "patron_id": "0197c0de-0000-7000-8000-000000000003",
    "as_of": "2026-03-28T10:00:00Z",
    "values": [{"field": "name", "value": "Anna Berg"}],
}
FOUND = {
    "pseudonym": "Patron K7Q2-MF4X",
    "patron_id": "0197c0de-0000-7000-8000-000000000003",
    "name": "Anna Berg",
    "barcode": "P482915003716",
}


class RevealedOut(Out):
    pseudonym: str
    patron_id: UUID
    as_of: Instant
    values: list[ValueOut] = Field(description="who they were then, and what the entry hides")


class RevealedList(Out):
    model_config = example({"items": [REVEALED]})

    items: list[RevealedOut]


class FoundOut(Out):
    pseudonym: str = Field(description="finds every line about them with ?q=")
    patron_id: UUID
    name: str
    barcode: str


class FoundList(Out):
    model_config = example({"items": [FOUND]})

    items: list[FoundOut]
