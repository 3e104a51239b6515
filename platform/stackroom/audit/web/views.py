"""The audit trail as a page: filters, timeline, one entry."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from stackroom.audit import queries
from stackroom.audit.diffs import FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.schemas import EntryQuery
from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.audit.writer import ACTIONS
from stackroom.core.actor import Channel
from stackroom.core.features import registry
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
    found = queries.entry(entry_id)
    line = found.line
    record = registry.page_of(line.subject_type, line.subject_id) if line.subject_id else ""
    return render_template("audit/entry.html", entry=found, shown=shown, record=record)


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


def _kinds() -> list[tuple[str, str]]:
    kinds = {subject_type(model) for model in versioned_models()}
    kinds |= {event.subject_type for event in EVENTS.values()}
    return [(kind, kind.replace("_", " ")) for kind in sorted(kinds)]


def _actions() -> list[str]:
    kinds = (subject_type(model) for model in versioned_models())
    return sorted([*EVENTS, *(f"{kind}.{verb}" for kind in kinds for verb in ACTIONS.values())])


def _address(page: int) -> str:
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"
