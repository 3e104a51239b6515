"""Lines of the trail as the components of the pages draw them."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request

from stackroom.audit.diffs import FieldChange
from stackroom.audit.records import Side

SIDES: dict[Side, str] = {
    "history": "What was done to it",
    "done_by": "What they did",
    "batch": "What it changed",
}


class ShownChange(NamedTuple):
    """A change as the timeline component draws it."""

    field: str
    before: str | None
    after: str | None


def shown(changes: list[FieldChange], longest: int = 100_000) -> list[ShownChange]:
    """`longest`: characters of a value, after which it is cut."""
    return [
        ShownChange(
            change.field.replace("_", " "),
            change.before_label or _words(change.before, longest),
            change.after_label or _words(change.after, longest),
        )
        for change in changes
    ]


def _words(value: Any, longest: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= longest else f"{text[:longest]}…"


def address(**changed: str) -> str:
    """The present page with other parameters; an empty one is left out."""
    kept = {name: text for name, text in request.args.items() if name != "page"}
    asked = {name: text for name, text in {**kept, **changed}.items() if text}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path
