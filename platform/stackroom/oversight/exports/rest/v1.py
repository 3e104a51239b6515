"""v1 of exports of the audit trail."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.exports import permissions as may
from stackroom.oversight.exports import service
from stackroom.oversight.exports.downloads import KINDS, attached
from stackroom.oversight.exports.schemas import AuditExportIn, AuditExportOut, AuditExportsPage

api = APIBlueprint("audit_exports_v1", __name__, url_prefix="/api/v1", tag="Audit")
FILE: dict[int | str, Any] = {
    200: {
        "description": "The entries in the order in which they happened, one on each line",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind, _ in KINDS.values()
        },
    }
}


@api.post("/audit/exports")
@requires(may.AUDIT_EXPORTS_OWN, step_up=True)
@api.input(AuditExportIn)
@api.output(AuditExportOut, 202)
def create_audit_export(json_data: AuditExportIn) -> AuditExportOut:
    """Ask for the entries of a filter in one file; a worker makes it."""
    made = service.request(json_data.filter, json_data.format, with_values=json_data.with_values)
    return AuditExportOut.model_validate(made)


@api.get("/audit/exports")
@requires(may.AUDIT_EXPORTS_READ)
@api.input(PageQuery, location="query")
@api.output(AuditExportsPage)
def list_audit_exports(query_data: PageQuery) -> AuditExportsPage:
    """Latest first."""
    page = service.exports(query_data).map(AuditExportOut.model_validate)
    g.links = page.links()
    return AuditExportsPage.model_validate(page)


@api.get("/audit/exports/<uuid:audit_export_id>")
@requires(may.AUDIT_EXPORTS_READ)
@api.output(AuditExportOut)
def get_audit_export(audit_export_id: UUID) -> AuditExportOut:
    return AuditExportOut.model_validate(service.export(audit_export_id))


@api.post("/audit/exports/<uuid:audit_export_id>/cancel")
@requires(may.AUDIT_EXPORTS_OWN)
@api.output(AuditExportOut)
def cancel_audit_export(audit_export_id: UUID) -> AuditExportOut:
    """Call it off while it is being made. Only whoever asked for it may."""
    return AuditExportOut.model_validate(service.cancel(audit_export_id))


@api.get("/audit/exports/<uuid:audit_export_id>/file")
@requires(may.AUDIT_EXPORTS_READ, writes=True, step_up=True)
@api.doc(responses=FILE)
def download_audit_export(audit_export_id: UUID) -> Response:
    """The file of a ready export; that it was downloaded is kept in the audit."""
    return attached(audit_export_id)
