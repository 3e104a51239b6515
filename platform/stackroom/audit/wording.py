"""What people call kinds of records, their fields and their values."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from stackroom.audit.versioning import models_by_kind
from stackroom.web.times import day, local_time

ENDINGS = ("_id", "_at", "_on")
"""Say how a column is stored, not what it tells."""


def called(kind: str) -> str:
    """The word for a kind of record, by the name the timeline has for it: `bib` → `title`."""
    model = models_by_kind().get(kind)
    return (model and model.__called__) or kind.replace("_", " ")


def label(model: type[Any], column: str) -> str:
    """`home_library_id` → `home library`, unless the model calls it otherwise."""
    known: str | None = model.__labels__.get(column)
    if known is None:
        ending = next((each for each in ENDINGS if column.endswith(each)), "")
        known = column.removesuffix(ending).replace("_", " ")
    return known


def worded(model: type[Any], column: sa.Column[Any], value: Any) -> str:
    """The value as people read it; empty where it is none, or a text that reads as it is."""
    if value is None:
        return ""
    words: Mapping[str, str] = model.__words__.get(column.name, {})
    if str(value) in words:
        return words[str(value)]
    if column.name in model.__money__:
        return f"{value / 100:.2f}"
    if isinstance(column.type, sa.Enum):
        return str(value).replace("_", " ")
    return member(value)


def member(value: Any) -> str:
    """As `worded`, of a value in a document."""
    return "" if isinstance(value, str) else text(value)


def text(value: Any) -> str:
    """Any value in words: yes and no, days and instants of the organisation, lists with commas."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return local_time(value)
        case date():
            return day(value)
        case Mapping():
            told = ((key.replace("_", " "), text(each)) for key, each in value.items())
            return str(
                value.get("name") or ", ".join(f"{key} {each}" for key, each in told if each)
            )
        case list() | tuple():
            return ", ".join(map(text, value))
    return "" if value is None else str(value)
