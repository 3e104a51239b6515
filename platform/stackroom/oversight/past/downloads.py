"""What became of each row of an undone batch, as a spreadsheet."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from flask import Response, stream_with_context

from stackroom.core.database import retried_once, serving
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.oversight.past.models import Undo, UndoLine
from stackroom.oversight.past.planning import labels
from stackroom.oversight.past.service import undoing
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only

HEADINGS = ("Place", "Kind", "Record", "Id", "Act", "Outcome", "Why")
ROWS = 1_000
"""Read at a time, in a transaction of their own."""
Chunk = tuple[str, int]
"""Text, and the place behind which to go on."""


def spreadsheet(undo: Undo) -> Response:
    pieces = _pieces(context.current(), undo.id, undo.batch_id)
    response = Response(stream_with_context(pieces), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="undo-{undo.id}.csv"'
    response.cache_control.no_store = True
    return response


def _pieces(tenant: Tenant, undo_id: UUID, batch_id: UUID) -> Iterator[str]:
    yield BOM + line(HEADINGS)
    place = 0
    while chunk := retried_once(partial(_chunk, tenant, undo_id, batch_id, place)):
        text, place = chunk
        yield text


def _chunk(tenant: Tenant, undo_id: UUID, batch_id: UUID, place: int) -> Chunk | None:
    # the body is sent outside the request's context, where no organisation is open
    with reads_only(), serving(tenant):
        rows = undoing.lines_after(undo_id, place, ROWS)
        names = labels(batch_id, [row.record_id for row in rows])
        text = "".join(_line(row, names.get(row.record_id, "")) for row in rows)
        return (text, rows[-1].position) if rows else None


def _line(row: UndoLine, label: str) -> str:
    told = (row.position, row.kind, label, row.record_id, row.act, row.outcome, row.why)
    return line([harmless(str(cell)) for cell in told])
