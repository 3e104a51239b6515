"""How long history stays at hand: never less than the floor, and as long as a hold lasts."""

from typing import BinaryIO

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import because, provenance
from stackroom.core.database import db, found_or_added
from stackroom.core.errors import Invalid
from stackroom.core.http import app
from stackroom.files.store import Files
from stackroom.oversight.retention import events, queries
from stackroom.oversight.retention.errors import ArchiveGone, NotOnHold, OnHold
from stackroom.oversight.retention.models import KEEP_YEARS, AuditArchive, AuditRetention
from stackroom.oversight.retention.schemas import RetentionOut
from tenants import context

WHY = "a court asks for the history of an organisation that closes, too"


def terms() -> RetentionOut:
    """What holds now, said or not."""
    found = queries.said() or _new()
    return RetentionOut(
        keep_years=max(found.keep_years, floor()),
        floor_years=floor(),
        legal_hold=found.legal_hold,
        hold_reason=found.hold_reason,
        held_since=found.held_since,
        held_by=found.held_by,
    )


def floor() -> int:
    return app().settings.audit_retention_floor_years


def keep(years: int) -> None:
    """Raises Invalid below the floor, and OnHold."""
    if years < floor():
        raise Invalid.field(
            "keep_years", f"{floor()} years are the least that are kept here; choose more."
        )
    found = _locked()
    if found.legal_hold:
        raise OnHold
    before = max(found.keep_years, floor())
    if years != before:
        found.keep_years = years
        record(events.KEPT, found, before=before, after=years)


def hold(reason: str) -> None:
    """Raises OnHold where there is a hold already: its reason must not be overwritten."""
    with context.writing_though_read_only(WHY):
        found = _locked()
        if found.legal_hold:
            raise OnHold("History is on legal hold already; lift that hold to begin another.")
        because(reason)
        found.legal_hold, found.hold_reason = True, reason
        found.held_since, found.held_by = clock.now(), provenance().actor.label[:200]
        record(events.HELD, found, why=reason)
        db.session.flush()


def release(reason: str) -> None:
    """Raises NotOnHold."""
    with context.writing_though_read_only(WHY):
        found = _locked()
        if not found.legal_hold or found.held_since is None:
            raise NotOnHold
        because(reason)
        since, was = found.held_since, found.hold_reason
        found.legal_hold, found.hold_reason, found.held_since, found.held_by = False, "", None, ""
        record(events.RELEASED, found, since=f"{since:%Y-%m-%d}", why=reason, was=was)
        db.session.flush()


def hindrance() -> str:
    """A purge would take the history along."""
    found = queries.said()
    if found is None or not found.legal_hold:
        return ""
    return f"Its history is on legal hold ({found.hold_reason}): lift the hold under Audit first."


def take(found: AuditArchive, files: Files, *, tell: bool) -> BinaryIO:
    """The file. `tell`: leave an event, for a HEAD takes nothing. Raises ArchiveGone."""
    try:
        stream = files.open(found.file_key)
    except FileNotFoundError:
        raise ArchiveGone from None
    if tell:
        record(events.TAKEN, found)
    return stream


def _locked() -> AuditRetention:
    return found_or_added(sa.select(AuditRetention), _new)


def _new() -> AuditRetention:
    return AuditRetention(
        keep_years=KEEP_YEARS, legal_hold=False, hold_reason="", held_since=None, held_by=""
    )
