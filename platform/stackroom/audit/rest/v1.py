"""v1 of reading the audit trail."""

from apiflask import APIBlueprint
from flask import g

from stackroom.audit import queries
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.schemas import (
    ActorOut,
    ChangeOut,
    EntriesPage,
    EntryOut,
    EntryQuery,
    SubjectOut,
)
from stackroom.audit.telling import Entry
from stackroom.core.permissions import requires

api = APIBlueprint("audit_v1", __name__, url_prefix="/api/v1", tag="Audit")


@api.get("/audit/entries")
@requires(AUDIT_READ)
@api.input(EntryQuery, location="query")
@api.output(EntriesPage)
def list_entries(query_data: EntryQuery) -> EntriesPage:
    """Every change and event, newest first."""
    page = queries.entries(query_data).map(_entry)
    g.links = page.links()
    return EntriesPage.model_validate(page)


@api.get("/audit/entries/<entry_id>")
@requires(AUDIT_READ)
@api.output(EntryOut)
def get_entry(entry_id: str) -> EntryOut:
    return _entry(queries.entry(entry_id))


def _entry(entry: Entry) -> EntryOut:
    line, by = entry.line, entry.by
    return EntryOut(
        id=line.id,
        at=by.at,
        actor=ActorOut(id=by.actor_id, label=by.actor_label, type=by.actor_type),
        action=line.action,
        sentence=entry.sentence,
        subject=SubjectOut(type=line.subject_type, id=line.subject_id, label=line.subject_label),
        changes=[ChangeOut.model_validate(change) for change in entry.changes],
        data=line.data,
        channel=by.channel,
        request_id=by.request_id,
        ip=by.ip,
        reason=by.reason,
        roles=by.roles,
        by_right=by.by_right,
        on_behalf_of=by.on_behalf_of,
        user_agent=by.user_agent,
    )
