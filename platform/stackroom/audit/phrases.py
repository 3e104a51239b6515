"""One changed field as a phrase: what it was, and what it is."""

import re
from datetime import datetime
from typing import Any

from stackroom.audit.diffs import FieldChange
from stackroom.web.times import local

LONGEST = 80
"""Characters of a value in a sentence."""
MOMENT = re.compile(r"(?P<day>\d+ \w+)(?P<year> \d{4})(?P<clock>, \d\d:\d\d)?")


def changed(change: FieldChange, of: str, at: datetime) -> str:
    """`of` follows the name of the field. Moments of the year of `at` are told without it."""
    if isinstance(change.before, list) and isinstance(change.after, list):
        return _list(change, of)
    which = f"{_name(change)}{of}"
    before, after = _sides(change, at)
    if change.before == change.after:
        return f"moved {which} to another place"
    if change.before is None:
        return f"set {which} to {after}"
    if change.after is None:
        return f"cleared {which}, which was {before}"
    return f"changed {which} from {before} to {after}"


def _name(change: FieldChange) -> str:
    """A field of a document that is known by its number takes no article."""
    label = _only_part(change) or change.label
    return label if label[:1].isdigit() else f"the {label}"


def _only_part(change: FieldChange) -> str:
    return change.detail[0].label if len(change.detail) == 1 else ""


def _sides(change: FieldChange, at: datetime) -> tuple[str, str]:
    if _only_part(change):
        (part,) = change.detail
        return _quoted(part.before), _quoted(part.after)
    before = _side(change.before, change.before_label, change.refers_to)
    after = _side(change.after, change.after_label, change.refers_to)
    return _brief(before, after, at)


def _side(value: Any, label: str, refers_to: str) -> str:
    return label if label and not refers_to else _quoted(label or value)


def _quoted(value: Any) -> str:
    plain = " ".join(str(value).split())
    return f"“{plain if len(plain) <= LONGEST else plain[:LONGEST] + '…'}”"


def _brief(before: str, after: str, at: datetime) -> tuple[str, str]:
    """Two moments without what they share: the time of day, and this year."""
    first, second = MOMENT.fullmatch(before), MOMENT.fullmatch(after)
    if not (first and second) or before == after:
        return before, after
    same_clock = first["clock"] == second["clock"]
    this_year = first["year"] == second["year"] == f" {local(at).year}"
    kept = ["day", *([] if this_year else ["year"]), *([] if same_clock else ["clock"])]
    return _kept(first, kept), _kept(second, kept)


def _kept(moment: re.Match[str], groups: list[str]) -> str:
    return "".join(moment[group] or "" for group in groups)


def _list(change: FieldChange, of: str) -> str:
    come = ", ".join(_quoted(part.after) for part in change.detail if part.before is None)
    gone = ", ".join(_quoted(part.before) for part in change.detail if part.after is None)
    whose = f"the {change.label}{of}"
    if come and gone:
        return f"added {come} to and removed {gone} from {whose}"
    if come or gone:
        return f"added {come} to {whose}" if come else f"removed {gone} from {whose}"
    return f"put {whose} in another order"
