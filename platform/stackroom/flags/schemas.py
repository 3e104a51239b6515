from pydantic import Field

from stackroom.core.schemas import Out, PageOut


class FlagOut(Out):
    key: str
    sentence: str
    enabled: bool
    value: str | int | float | bool | None = Field(
        description="null for a flag that is just on or off"
    )
    reason: str


class FlagsPage(PageOut):
    items: list[FlagOut]
