"""v1 of exports."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.lifecycle.bundle import permissions as may
from stackroom.lifecycle.bundle import service
from stackroom.lifecycle.bundle.downloads import attached
from stackroom.lifecycle.bundle.runner import WHY
from stackroom.lifecycle.bundle.schemas import ExportOut, ExportPage
from tenants import context

api = APIBlueprint("exports_v1", __name__, url_prefix="/api/v1", tag="Exports")
BUNDLE: dict[int | str, Any] = {
    200: {
        "description": "A ZIP with rows as JSON Lines, MARC, CSV, files, audit and a manifest",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@api.post("/exports")
@requires(may.ORGANISATION_EXPORT, open_when_suspended=True, step_up=True)
@api.output(ExportOut, 202)
def create_export() -> ExportOut:
    """Ask for everything of the organisation in one file; a worker makes it."""
    with context.writing_though_read_only(WHY):
        return ExportOut.model_validate(service.request())


@api.get("/exports")
@requires(may.ORGANISATION_EXPORT)
@api.input(PageQuery, location="query")
@api.output(ExportPage)
def list_exports(query_data: PageQuery) -> ExportPage:
    page = service.exports(query_data).map(ExportOut.model_validate)
    g.links = page.links()
    return ExportPage.model_validate(page)


@api.get("/exports/<uuid:export_id>")
@requires(may.ORGANISATION_EXPORT)
@api.output(ExportOut)
def get_export(export_id: UUID) -> ExportOut:
    return ExportOut.model_validate(service.export(export_id))


@api.get("/exports/<uuid:export_id>/file")
@requires(may.ORGANISATION_EXPORT, open_when_suspended=True, writes=True, step_up=True)
@api.doc(responses=BUNDLE)
def download_export(export_id: UUID) -> Response:
    """The bundle of a ready export; that it was downloaded is kept in the audit."""
    return attached(export_id)
