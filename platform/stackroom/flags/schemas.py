from pydantic import Field

from stackroom.core.schemas import Out, PageOut, example


class FlagOut(Out):
    model_config = example(
        {
            "key": "public_catalogue",
            "sentence": "Anybody may search the catalogue",
            "enabled": True,
            "value": None,
            "reason": "chosen for this organisation",
        }
    )

    key: str
    sentence: str
    enabled: bool
    value: str | int | float | bool | None = Field(
        description="null for a flag that is just on or off"
    )
    reason: str


class FlagsPage(PageOut):
    items: list[FlagOut]
