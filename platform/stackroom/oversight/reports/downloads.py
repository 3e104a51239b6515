"""Reports, evidence and sign-offs on their way out."""

from uuid import UUID

import orjson
from flask import Response

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.files.downloads import attached
from stackroom.oversight.reports import documents, events, evidence, printing, queries
from stackroom.oversight.reports.models import ControlNote
from stackroom.oversight.reports.schemas import NoteOut, SignOffOut
from stackroom.oversight.reports.service import reading
from stackroom.oversight.reports.showing import run_out
from tenants import context

TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def report_file(run_id: UUID, kind: str) -> Response:
    """`kind`: of TYPES. Raises NotFound or NotReady."""
    run = queries.run(run_id)
    rows = reading.every_finding(run)
    if kind == "csv":
        body = b"".join(documents.spreadsheet(rows))
    elif kind == "json":
        held = [row.model_dump(mode="json") for row in rows]
        body = orjson.dumps({"run": run_out(run).model_dump(mode="json"), "findings": held})
    else:
        noted = db.session.scalars(queries.notes().where(ControlNote.run_id == run.id))
        body = printing.report(
            context.current().name,
            run_out(run),
            rows,
            [NoteOut.model_validate(each) for each in noted],
            [SignOffOut.model_validate(each) for each in queries.sign_offs(run.id)],
        )
    record(events.TAKEN, run, format=kind.upper())
    return _attached(body, TYPES[kind], f"{run.control}-{run.asked_at:%Y-%m-%d}.{kind}")


def evidence_file(sample_id: UUID) -> Response:
    """Raises NotFound."""
    sample = queries.sample(sample_id)
    body = evidence.pack(context.current().name, sample)
    record(events.EVIDENCE, sample)
    return _attached(body, "application/zip", f"sample-{sample.drawn_at:%Y-%m-%d}.zip")


def sign_off_file(run_id: UUID, sign_off_id: UUID) -> Response:
    """As it was signed. Raises NotFound."""
    found = queries.sign_off(run_id, sign_off_id)
    record(events.TAKEN, queries.run(run_id), format="signed document")
    name = f"sign-off-{found.signed_at:%Y-%m-%d}.json"
    return _attached(found.document.encode(), TYPES["json"], name)


def _attached(body: bytes, kind: str, name: str) -> Response:
    return attached(body, kind, f"{context.current().slug}-{name}")
