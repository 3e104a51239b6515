"""Shapes that every feature's API shares."""

from datetime import UTC, datetime
from typing import Annotated, Any

from apiflask.schema_adapters.registry import registry
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    field_validator,
)

from stackroom.core.bodies import Bodies

registry.register("pydantic", Bodies)  # before a route can name a schema of this module


def example(members: dict[str, Any]) -> ConfigDict:
    """What the description of the API shows of a model; a test holds it to the model."""
    return ConfigDict(json_schema_extra={"examples": [members]})


class Storable(BaseModel):
    """What comes in; PostgreSQL stores no NUL, whatever the field."""

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("The NUL character is not allowed; remove it.")
        return value


class In(Storable):
    """A body. Unknown members are refused: a misspelt field must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """An answer, read from a model's attributes."""

    model_config = ConfigDict(from_attributes=True)


def _printable(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t\r" for character in text):
        raise ValueError("Control characters are not allowed; remove them.")
    return text


def _one_line(text: str) -> str:
    """A name goes into mail headers and file names, where a second line means something else."""
    if len(text.splitlines()) > 1:
        raise ValueError("Line breaks are not allowed; write it on one line.")
    return text


Text = Annotated[str, AfterValidator(_printable)]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_printable),
    AfterValidator(_one_line),
]
Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str
    ),
]
"""RFC 3339, in UTC."""


class PageOut(Out):
    """Members of every list; a feature adds `items`."""

    page: int
    per_page: int
    total: int


class FieldErrorOut(BaseModel):
    field: str
    message: str


class ReasonOut(BaseModel):
    code: str
    message: str
    overridable: bool
    permission: str | None = Field(description="what one needs to override it")


class ProblemOut(BaseModel):
    """RFC 9457. `code` is stable, `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldErrorOut]
    request_id: str
    reasons: list[ReasonOut] = Field([], description="all that stands in the way, of a refusal")
    permission: str = Field("", description="what was missing, of a 403")
