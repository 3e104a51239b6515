"""One changed field as a phrase: what it was, and what it is."""

import re
from datetime import datetime
from typing import Any

from stackroom.audit.diffs import FieldChange
from stackroom.audit.pseudonyms import HIDDEN
from stackroom.web.times import local

LONGEST = 80
"""Characters of a value in a sentence."""
MOST = 4
"""Members of a list in a sentence."""
MOMENT = re.compile(r"(?P<day>\d+ \w+)(?P<year> \d{4})(?P<clock>, \d\d:\d\d)?")


def changed(change: FieldChange, of: str, at: datetime) -> str:
    """`of` follows the name of the field. Moments of the year of `at` are told without it."""
    if isinstance(change.before, list) and isinstance(change.after, list):
        return _list(change, of)
    told = _narrowed(change)
    which = f"{_name(told.label)}{of}"
    if HIDDEN in (told.before, told.after):
        return _hidden(told, which)
    if told.before == told.after:
        return f"moved {which} to another place"
    before, after = _brief(*_sides(told), at)
    if told.before is None:
        return f"set {which} to {after}"
    if told.after is None:
        return f"cleared {which}, which was {before}"
    return f"changed {which} from {before} to {after}"


def _hidden(change: FieldChange, which: str) -> str:
    if change.before is None:
        return f"set {which}"
    return f"cleared {which}" if change.after is None else f"changed {which}"


def _narrowed(change: FieldChange) -> FieldChange:
    """To the one subfield that differs, where it is one."""
    if len(change.detail) != 1 or not change.detail[0].label:
        return change
    (part,) = change.detail
    return FieldChange(change.field, part.before, part.after, part.label)


def _name(label: str) -> str:
    """A field of a document that is known by its number takes no article."""
    return label if label[:1].isdigit() else f"the {label}"


def _sides(change: FieldChange) -> tuple[str, str]:
    sides = ((change.before, change.before_label), (change.after, change.after_label))
    before, after = (
        label if label and not change.is_id else _quoted(label or value) for value, label in sides
    )
    return before, after


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
    come = _some([part.after for part in change.detail if part.before is None])
    gone = _some([part.before for part in change.detail if part.after is None])
    whose = f"the {change.label}{of}"
    if come and gone:
        return f"added {come} to and removed {gone} from {whose}"
    if come or gone:
        return f"added {come} to {whose}" if come else f"removed {gone} from {whose}"
    return f"put {whose} in another order"


def _some(members: list[str | None]) -> str:
    over = len(members) - MOST
    return ", ".join(map(_quoted, members[:MOST])) + (f" and {over} more" if over > 0 else "")
