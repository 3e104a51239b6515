"""Asking for a report: at once where the span is short, else by the worker."""

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import canonical, clock, outbox
from stackroom.core.actor import provenance
from stackroom.core.controls import Control, Findings, Parameters, Span
from stackroom.core.database import db
from stackroom.core.errors import FieldError, Invalid
from stackroom.core.features import registry
from stackroom.libraries.models import Library
from stackroom.oversight.reports import events, queries
from stackroom.oversight.reports.models import UNDERWAY, ControlResult, ControlRun, RunState
from stackroom.oversight.reports.schemas import RunIn
from tenants import context

RUN = "reports.run"
AT_ONCE = timedelta(days=93)
"""Spans of a quarter are answered in the request; longer ones by the worker."""
LONGEST = timedelta(days=3 * 366)


def start(asked: RunIn) -> ControlRun:
    """Raises Invalid (control, parameters, library, since, until)."""
    control = _control(asked.control)
    parameters = _parameters(control, asked.parameters)
    library = _library(control, asked.library)
    span = _span(asked, library)
    actor = provenance().actor
    made = ControlRun(
        id=uuid7(), control=control.key, title=control.title, since=span.since, until=span.until,
        time_zone=span.zone.key, library_id=span.library_id,
        library=library.name if library else "",
        parameters=parameters.model_dump(mode="json"), state=RunState.QUEUED,
        asked_by_id=actor.id, asked_by=actor.label, asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()  # its result refers to it
    record(events.ASKED, made, span=in_words(span), parameters=made.parameters)
    if span.until - span.since <= AT_ONCE:
        make(made)
    else:
        outbox.send(RUN, {"run_id": str(made.id), "by": actor.as_json()})
    return made


def make(found: ControlRun) -> None:
    """Find, keep what was found, and say so. A run that has ended is left alone."""
    if found.state not in UNDERWAY:
        return
    control = _control(found.control)
    span = Span(found.since, found.until, ZoneInfo(found.time_zone), found.library_id)
    findings = control.run(span, control.parameters.model_validate(found.parameters))
    db.session.add(_result(found.id, findings))
    found.state, found.finished_at = RunState.READY, clock.now()
    db.session.flush()
    db.session.expire(found, ["result"])
    record(events.FINISHED, found, findings=len(findings.rows))


def fail(run_id: UUID, why: str) -> None:
    found = queries.locked_run(run_id)
    if found.state in UNDERWAY:
        found.state, found.finished_at, found.detail = RunState.FAILED, clock.now(), why
        record(events.FAILED, found, why=why)


def in_words(span: Span) -> str:
    """Both days belong to it, where the library is."""
    last = span.until - timedelta(microseconds=1)
    days = (each.astimezone(span.zone).date() for each in (span.since, last))
    return " to ".join(day.isoformat() for day in days)


def _result(run_id: UUID, findings: Findings) -> ControlResult:
    plain: dict[str, Any] = canonical.plain(findings.model_dump(mode="json"))
    return ControlResult(
        id=run_id,
        findings=plain,
        found=len(findings.rows),
        outliers=sum(row.outlier for row in findings.rows),
        sha256=sha256(canonical.dump(plain)).hexdigest(),
        made_at=clock.now(),
    )


def _control(key: str) -> Control:
    try:
        return registry.control(key)
    except LookupError:
        known = ", ".join(control.key for control in registry.controls)
        raise Invalid.field("control", f"There is no such control; there are {known}.") from None


def _parameters(control: Control, given: dict[str, Any]) -> Parameters:
    try:
        return control.parameters.model_validate(given)
    except ValidationError as error:
        faults = [_fault(each) for each in error.errors()]
        raise Invalid("Some parameters need attention", errors=faults) from None


def _fault(error: Any) -> FieldError:
    place = ".".join(["parameters", *map(str, error["loc"])])
    return FieldError(place, str(error["msg"]).removeprefix("Value error, "))


def _library(control: Control, code: str | None) -> Library | None:
    if code is None:
        return None
    if not control.by_library:
        message = "What this control looks at belongs to no library: leave this out."
        raise Invalid.field("library", message)
    found = db.session.scalar(sa.select(Library).where(Library.code == code))
    if found is None:
        raise Invalid.field("library", f"There is no library with the code “{code}”.")
    return found


def _span(asked: RunIn, library: Library | None) -> Span:
    """It ends now at the latest, so that nothing can be added to it later."""
    zone = ZoneInfo(library.timezone if library else context.current().timezone)
    since = datetime.combine(asked.since, time(), zone).astimezone(UTC)
    end = datetime.combine(asked.until + timedelta(days=1), time(), zone).astimezone(UTC)
    until = min(end, clock.now())
    if since >= until:
        raise Invalid.field("since", "This day has not come yet; choose an earlier one.")
    if until - since > LONGEST:
        raise Invalid.field("since", "Choose a span of at most three years.")
    return Span(since, until, zone, library.id if library else None)
