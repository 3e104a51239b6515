"""v1 of imports."""

from base64 import b64encode
from typing import Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.catalogue.imports import permissions as may
from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.downloads import all_rejects, one_reject
from stackroom.catalogue.imports.models import ImportJob, ImportReject
from stackroom.catalogue.imports.schemas import (
    ImportIn,
    ImportOut,
    ImportPage,
    RejectOut,
    RejectPage,
    WarningOut,
    WarningPage,
)
from stackroom.catalogue.imports.uploads import allow_uploads, receive, without_transaction
from stackroom.core import etags
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires

api = APIBlueprint("imports_v1", __name__, url_prefix="/api/v1", tag="Imports")
RAW_RECORDS: dict[int | str, Any] = {
    200: {
        "description": "The bytes as they stood in the file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
api.before_request(allow_uploads("imports_v1.create_import"))


@api.post("/imports")
@requires(may.IMPORTS_WRITE, writes=False)
@without_transaction
@api.input(ImportIn, location="form_and_files")
@api.output(ImportOut, 202)
def create_import(form_and_files_data: ImportIn) -> ImportOut:
    """Send a file of MARC, MARCXML or CSV, plain or gzipped; a worker imports it."""
    return receive(form_and_files_data)


@api.get("/imports")
@requires(may.IMPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(ImportPage)
def list_imports(query_data: PageQuery) -> ImportPage:
    page = service.jobs(query_data).map(_shown)
    g.links = page.links()
    return ImportPage.model_validate(page)


@api.get("/imports/<uuid:import_id>")
@requires(may.IMPORTS_READ)
@api.output(ImportOut)
def get_import(import_id: UUID) -> tuple[ImportOut, int, dict[str, str]]:
    job = service.job(import_id)
    return _shown(job), 200, {"ETag": etags.of(job)}


@api.post("/imports/<uuid:import_id>/stop")
@requires(may.IMPORTS_WRITE)
@api.output(ImportOut)
def stop_import(import_id: UUID) -> ImportOut:
    """What is imported by now stays; resume goes on behind it."""
    return _shown(service.stop(import_id))


@api.post("/imports/<uuid:import_id>/resume")
@requires(may.IMPORTS_WRITE)
@api.output(ImportOut, 202)
def resume_import(import_id: UUID) -> ImportOut:
    return _shown(service.resume(import_id))


@api.get("/imports/<uuid:import_id>/rejects")
@requires(may.IMPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(RejectPage)
def list_rejects(import_id: UUID, query_data: PageQuery) -> RejectPage:
    """Records that were not taken, each with its reason and its bytes."""
    page = service.rejects(service.job(import_id), query_data).map(_reject)
    g.links = page.links()
    return RejectPage.model_validate(page)


@api.get("/imports/<uuid:import_id>/rejects.mrc")
@requires(may.IMPORTS_READ)
@api.doc(responses=RAW_RECORDS)
def download_rejects(import_id: UUID) -> Response:
    """The bytes of every refused record, as one file to mend and import again."""
    return all_rejects(service.job(import_id))


@api.get("/imports/<uuid:import_id>/rejects/<int:position>.mrc")
@requires(may.IMPORTS_READ)
@api.doc(responses=RAW_RECORDS)
def download_reject(import_id: UUID, position: int) -> Response:
    """The bytes of one refused record."""
    job = service.job(import_id)
    return one_reject(job, service.reject(job, position))


@api.get("/imports/<uuid:import_id>/warnings")
@requires(may.IMPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(WarningPage)
def list_warnings(import_id: UUID, query_data: PageQuery) -> WarningPage:
    """What was mended or left out of records that were taken; the first thousand are kept."""
    page = service.warnings(service.job(import_id), query_data).map(WarningOut.model_validate)
    g.links = page.links()
    return WarningPage.model_validate(page)


def _shown(job: ImportJob) -> ImportOut:
    return ImportOut.model_validate(job)


def _reject(row: ImportReject) -> RejectOut:
    raw, encoding = _text(row.raw)
    return RejectOut(
        position=row.position, code=row.code, message=row.message, raw=raw, raw_encoding=encoding
    )


def _text(raw: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return b64encode(raw).decode(), "base64"
