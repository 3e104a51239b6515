"""Refused records as files: their bytes, as they stood in the upload."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from flask import Response, stream_with_context

from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.models import ImportJob, ImportReject
from stackroom.core.database import retried_once, serving
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only


def one_reject(job: ImportJob, row: ImportReject) -> Response:
    return _attached(Response(row.raw), f"{job.id}-{row.position}.mrc")


def all_rejects(job: ImportJob) -> Response:
    """Streamed after the request's transaction has ended, each record read in one of its own."""
    pieces = _raw_records(context.current(), job.id)
    return _attached(Response(stream_with_context(pieces)), f"{job.id}-rejects.mrc")


def _raw_records(tenant: Tenant, job_id: UUID) -> Iterator[bytes]:
    position = 0
    while row := retried_once(partial(_next, tenant, job_id, position)):
        position, raw = row
        # MARC records end in 0x1D; elements and rows stand on lines of their own
        yield raw if raw.endswith((b"\x1d", b"\n")) else raw + b"\n"


def _next(tenant: Tenant, job_id: UUID, position: int) -> tuple[int, bytes] | None:
    # the body is sent outside the request's context, where no organisation is open
    with reads_only(), serving(tenant):
        row = service.reject_after(job_id, position)
        return (row.position, row.raw) if row else None


def _attached(response: Response, name: str) -> Response:
    response.mimetype = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
