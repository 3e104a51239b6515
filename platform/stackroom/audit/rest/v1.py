"""v1 of reading the audit trail."""

from apiflask import APIBlueprint
from flask import g

from stackroom.audit import queries
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.schemas import EntriesPage, EntryOut, EntryQuery
from stackroom.audit.showing import entry_out
from stackroom.core.permissions import requires

api = APIBlueprint("audit_v1", __name__, url_prefix="/api/v1", tag="Audit")


@api.get("/audit/entries")
@requires(AUDIT_READ)
@api.input(EntryQuery, location="query")
@api.output(EntriesPage)
def list_entries(query_data: EntryQuery) -> EntriesPage:
    """Every change and event, newest first."""
    page = queries.entries(query_data).map(entry_out)
    g.links = page.links()
    return EntriesPage.model_validate(page)


@api.get("/audit/entries/<entry_id>")
@requires(AUDIT_READ)
@api.output(EntryOut)
def get_entry(entry_id: str) -> EntryOut:
    return entry_out(queries.entry(entry_id))
