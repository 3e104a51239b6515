"""The file of an export: entries in the order in which they happened, written as they are read.
Memory holds one page of them, however long the trail."""

from collections.abc import Callable, Iterator
from typing import IO, Any, get_origin

import orjson
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.orm import Session

from stackroom.audit.filters import Filters
from stackroom.audit.models import AuditEntry
from stackroom.audit.narrowing import narrowed
from stackroom.audit.schemas import EntryOut
from stackroom.audit.telling import Entry, told
from stackroom.core.database import transaction
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.oversight.exports import ocsf
from stackroom.oversight.exports.detail import Detail, Document
from stackroom.oversight.exports.models import Format

PAGE = 500
PLACE = sa.tuple_(AuditEntry.transaction_id, AuditEntry.position)

Watch = Callable[[int, int], None]
"""Called with the entries written so far and the entries there are, after each page."""


def write(
    session: Session,
    out: IO[bytes],
    *,
    query: Filters,
    form: Format,
    detail: Detail,
    watch: Watch,
) -> int:
    """How many entries there were. Which they are, `session` has settled once for all."""
    wanted, done = narrowed(query).order_by(None), 0
    total = session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    watch(done, total)
    out.write(heading(form))
    for page in _pages(session, wanted):
        with transaction():
            out.writelines(written(entry, form, detail) for entry in told(page))
        done += len(page)
        watch(done, total)
    return done


def _pages(session: Session, wanted: sa.Select[Any]) -> Iterator[list[AuditEntry]]:
    ordered = wanted.order_by(AuditEntry.transaction_id, AuditEntry.position).limit(PAGE)
    page = list(session.scalars(ordered))
    while page:
        yield page
        last = page[-1]
        behind = ordered.where((last.transaction_id, last.position) < PLACE)
        session.expunge_all()  # what was read must not pile up
        page = list(session.scalars(behind)) if len(page) == PAGE else []


def heading(form: Format) -> bytes:
    return (BOM + line(list(_columns()))).encode() if form is Format.CSV else b""


def written(entry: Entry, form: Format, detail: Detail) -> bytes:
    """One line, its end included."""
    if form is Format.OCSF:
        return orjson.dumps(ocsf.event(entry, detail), option=orjson.OPT_APPEND_NEWLINE)
    shown = detail.document(entry)
    if form is Format.JSONL:
        return orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)
    return line([_cell(shown, *path) for path in _columns().values()]).encode()


def _columns() -> dict[str, tuple[str, ...]]:
    """Of each column of a spreadsheet, where in the API's shape it stands."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in EntryOut.model_fields.items():
        kind: Any = field.annotation
        if get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= {f"{name}_{member}": (name, member) for member in kind.model_fields}
        else:
            found[name] = (name,)
    return found


def _cell(shown: Document, *path: str) -> str:
    value: Any = shown
    for name in path:
        value = value[name]
    if value is None or value == []:
        return ""
    return harmless(value if isinstance(value, str) else orjson.dumps(value).decode())
