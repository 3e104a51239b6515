"""v1 of reading the audit trail."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.audit import queries, records
from stackroom.audit.filters import EntryQuery, SliceQuery
from stackroom.audit.paging import Slice
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.records import RecordQuery
from stackroom.audit.schemas import EntriesPage, EntryOut
from stackroom.audit.showing import entry_out
from stackroom.audit.telling import Entry
from stackroom.core.permissions import requires

api = APIBlueprint("audit_v1", __name__, url_prefix="/api/v1", tag="Audit")


@api.get("/audit/entries")
@requires(AUDIT_READ)
@api.input(EntryQuery, location="query")
@api.output(EntriesPage)
def list_entries(query_data: EntryQuery) -> EntriesPage:
    """Every change and event, newest first."""
    return _page(queries.entries(query_data))


@api.get("/audit/entries/<entry_id>")
@requires(AUDIT_READ)
@api.output(EntryOut)
def get_entry(entry_id: str) -> EntryOut:
    return entry_out(queries.entry(entry_id))


@api.get("/audit/entries/<entry_id>/act")
@requires(AUDIT_READ)
@api.input(SliceQuery, location="query")
@api.output(EntriesPage)
@api.doc(summary="What was done together with an entry")
def list_act_entries(entry_id: str, query_data: SliceQuery) -> EntriesPage:
    """All of its transaction, or of the whole import or bulk change."""
    return _page(queries.act(entry_id, query_data))


@api.get("/audit/records/<record_type>/<uuid:record_id>/entries")
@requires(AUDIT_READ)
@api.input(RecordQuery, location="query")
@api.output(EntriesPage)
@api.doc(summary="The history of a record")
def list_record_entries(record_type: str, record_id: UUID, query_data: RecordQuery) -> EntriesPage:
    """Its own and that of what belongs to it, such as a title's copies or a patron's loans."""
    asked = records.asked(record_type, record_id, query_data.side)
    return _page(queries.telling(asked, query_data))


def _page(found: Slice[Entry]) -> EntriesPage:
    g.links = found.links()
    return EntriesPage.model_validate(found.holding([entry_out(each) for each in found.items]))
