"""Lines of the trail as the components of the pages draw them."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request

from stackroom.audit.diffs import FieldChange
from stackroom.audit.pieces import Part
from stackroom.audit.records import Side

SIDES: dict[Side, str] = {
    "history": "What was done to it",
    "done_by": "What they did",
    "batch": "What it changed",
}


class ShownPart(NamedTuple):
    label: str
    before: str | None
    after: str | None
    same: bool


class ShownChange(NamedTuple):
    """A change as the timeline component draws it: by its parts where there are some, which are
    one text if they are `running`. `same`: it has only changed places."""

    field: str
    before: str | None
    after: str | None
    same: bool
    parts: tuple[ShownPart, ...] = ()
    running: bool = False


def shown(changes: list[FieldChange], longest: int = 100_000) -> list[ShownChange]:
    """`longest`: characters of a value, after which it is cut."""
    return [
        ShownChange(
            change.label,
            _words(change.before, change.before_label, longest),
            _words(change.after, change.after_label, longest),
            change.before == change.after,
            tuple(_part(part, longest) for part in change.detail),
            isinstance(change.after, str) and not any(part.label for part in change.detail),
        )
        for change in changes
    ]


def _part(part: Part, longest: int) -> ShownPart:
    before, after = _cut(part.before, longest), _cut(part.after, longest)
    return ShownPart(part.label, before, after, part.before == part.after)


def _words(value: Any, label: str, longest: int) -> str | None:
    return None if value is None else _cut(label or str(value), longest)


def _cut(text: str | None, longest: int) -> str | None:
    return text if text is None or len(text) <= longest else f"{text[:longest]}…"


def address(**changed: str) -> str:
    """The present page with other parameters; an empty one is left out."""
    kept = {name: text for name, text in request.args.items() if name != "page"}
    asked = {name: text for name, text in {**kept, **changed}.items() if text}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path
