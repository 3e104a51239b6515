"""The audit trail as a page: filters, timeline, one entry."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from stackroom.audit import queries
from stackroom.audit.diffs import FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.pieces import Part
from stackroom.audit.schemas import EntryQuery
from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.audit.wording import called
from stackroom.audit.writer import ACTIONS
from stackroom.core.actor import Channel
from stackroom.core.permissions import requires
from stackroom.web.forms import Form

web = Blueprint("audit", __name__, template_folder="templates")


@web.get("/audit")
@requires(AUDIT_READ)
def entries() -> str:
    form = Form(EntryQuery, request.args.to_dict())
    channels = [(channel.value, channel.value) for channel in Channel]
    choices = {"kinds": _kinds(), "actions": _actions(), "channels": channels}
    with form.or_again("audit/entries.html", **choices) as query:
        page = queries.entries(query)
    return render_template(
        "audit/entries.html", form=form, page=page, shown=shown, address=_address, **choices
    )


@web.get("/audit/<entry_id>")
@requires(AUDIT_READ)
def entry(entry_id: str) -> str:
    return render_template("audit/entry.html", entry=queries.entry(entry_id), shown=shown)


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


def _kinds() -> list[tuple[str, str]]:
    kinds = {subject_type(model) for model in versioned_models()}
    kinds |= {event.subject_type for event in EVENTS.values()}
    return sorted(((kind, called(kind)) for kind in kinds), key=lambda pair: pair[1])


def _actions() -> list[str]:
    kinds = (subject_type(model) for model in versioned_models())
    return sorted([*EVENTS, *(f"{kind}.{verb}" for kind in kinds for verb in ACTIONS.values())])


def _address(page: int) -> str:
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"
