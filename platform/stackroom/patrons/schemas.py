from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, validate_email
from pydantic_core import PydanticCustomError

from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.patrons.models import Patron, Standing

Stop = Literal["borrow", "renew", "hold", "fulfil", "capture"]


def _without_spaces(barcode: str) -> str:
    if any(character.isspace() for character in barcode):
        raise ValueError("A card number has no spaces; scan the card again.")
    return barcode


def _email_or_nothing(text: str) -> str:
    try:
        return validate_email(text)[1] if text else ""
    except PydanticCustomError:
        raise ValueError("Write an e-mail address, such as ada@example.org.") from None


Barcode = Annotated[
    Text, StringConstraints(min_length=1, max_length=80), AfterValidator(_without_spaces)
]
Email = Annotated[Text, StringConstraints(max_length=254), AfterValidator(_email_or_nothing)]
Code = Annotated[Text, Field(max_length=40)]


class PatronIn(In):
    """`category` and `home_library` are codes. Left out: an adult, a new card number, the main
    library."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ben Vogel",
                    "category": "adult",
                    "email": "ben@example.org",
                    "expires_on": "2027-03-31",
                }
            ]
        }
    )

    name: Line
    category: Code = "adult"
    barcode: Barcode | None = None
    home_library: Code | None = None
    email: Email = ""
    phone: Text = Field("", max_length=40)
    note: Text = Field("", max_length=5000)
    expires_on: date | None = Field(None, description="the last day on which the card serves")
    keep_history: bool = Field(False, description="keep the loans after they are returned")


class PatronChange(In):
    """Members that are left out stay as they are."""

    model_config = example({"email": "ben.vogel@example.org", "expires_on": "2028-03-31"})

    name: Line | None = None
    category: Code | None = None
    barcode: Barcode | None = None
    home_library: Code | None = None
    email: Email | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    note: Annotated[Text, Field(max_length=5000)] | None = None
    expires_on: date | None = None
    keep_history: bool | None = None


class PatronQuery(PageQuery):
    q: Text = Field("", max_length=200, description="words of the name, a card number, an e-mail")
    barcode: Text | None = Field(None, max_length=80, description="exactly this card number")
    category: Text | None = Field(None, max_length=40, description="code of a category")
    status: Standing | None = None


class BlockIn(In):
    model_config = example({"reason": "Card reported lost", "stops": ["borrow", "renew", "hold"]})

    reason: Annotated[Line, Field(max_length=500)]
    stops: list[Stop] = Field(["borrow", "renew", "hold"], min_length=1, max_length=5)
    expires_on: date | None = Field(None, description="the last day of the block")


class BlockOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000006",
            "kind": "manual",
            "reason": "Card reported lost",
            "stops": ["borrow", "renew", "hold"],
            "expires_on": None,
            "lifted_at": None,
        }
    )

    id: UUID
    kind: str
    reason: str
    stops: list[str]
    expires_on: date | None
    lifted_at: Instant | None


class SignInIn(In):
    model_config = example({"password": "a few quiet words"})

    password: str = Field(max_length=1000, description="the first password; to be handed over")


PATRON = {
    "id": "0197c0de-0000-7000-8000-000000000003",
    "barcode": "P482915003716",
    "name": "Ben Vogel",
    "email": "ben@example.org",
    "phone": "",
    "category": "adult",
    "home_library": "main",
    "expires_on": "2027-03-31",
    "status": "active",
    "keep_history": False,
    "can_sign_in": False,
    "created_at": "2026-03-28T10:00:00Z",
}
"""An example."""


class PatronOut(Out):
    model_config = example(PATRON)

    id: UUID
    barcode: str
    name: str
    email: str
    phone: str
    category: str
    home_library: str
    expires_on: date | None
    status: Standing
    keep_history: bool
    can_sign_in: bool
    created_at: Instant

    @classmethod
    def members(cls, patron: Patron, today: date) -> dict[str, Any]:
        return {
            "id": patron.id,
            "barcode": patron.barcode,
            "name": patron.name,
            "email": patron.email,
            "phone": patron.phone,
            "category": patron.category.code,
            "home_library": patron.home_library.code,
            "expires_on": patron.expires_on,
            "status": patron.standing(today),
            "keep_history": patron.keep_history,
            "can_sign_in": patron.account_id is not None,
            "created_at": patron.created_at,
        }

    @classmethod
    def of(cls, patron: Patron, today: date) -> Self:
        return cls(**cls.members(patron, today))


class PatronRecordOut(PatronOut):
    model_config = example({**PATRON, "note": "", "blocks": []})

    note: str
    blocks: list[BlockOut]

    @classmethod
    def members(cls, patron: Patron, today: date) -> dict[str, Any]:
        blocks = [BlockOut.model_validate(block) for block in patron.blocks]
        return super().members(patron, today) | {"note": patron.note, "blocks": blocks}


class PatronPage(PageOut):
    items: list[PatronOut]
