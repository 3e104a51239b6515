"""v1 of how long history is kept, and of its archives."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.retention import permissions as may
from stackroom.oversight.retention import queries, service
from stackroom.oversight.retention.downloads import attached
from stackroom.oversight.retention.schemas import (
    ArchiveOut,
    ArchivePage,
    HoldIn,
    KeepIn,
    RetentionOut,
)

api = APIBlueprint("retention_v1", __name__, url_prefix="/api/v1", tag="Audit retention")
ARCHIVE: dict[int | str, Any] = {
    200: {
        "description": "JSON Lines, gzipped: every row of the organisation's history of that year",
        "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@api.get("/audit/retention")
@requires(may.ARCHIVES_READ)
@api.output(RetentionOut)
@api.doc(summary="How long history is kept")
def get_retention() -> RetentionOut:
    return service.terms()


@api.patch("/audit/retention")
@requires(may.AUDIT_RETENTION, step_up=True)
@api.input(KeepIn)
@api.output(RetentionOut)
@api.doc(summary="Say how long history stays at hand")
def change_retention(json_data: KeepIn) -> RetentionOut:
    """Never less than the floor, and not while history is on legal hold."""
    service.keep(json_data.keep_years)
    return service.terms()


@api.post("/audit/retention/hold")
@requires(may.AUDIT_RETENTION, open_when_suspended=True, step_up=True)
@api.input(HoldIn)
@api.output(RetentionOut)
@api.doc(summary="Put history on legal hold")
def hold_history(json_data: HoldIn) -> RetentionOut:
    """Until it is lifted nothing moves to an archive, and the organisation is not purged."""
    service.hold(json_data.reason)
    return service.terms()


@api.post("/audit/retention/release")
@requires(may.AUDIT_RETENTION, open_when_suspended=True, step_up=True)
@api.input(HoldIn)
@api.output(RetentionOut)
@api.doc(summary="Lift the legal hold")
def release_history(json_data: HoldIn) -> RetentionOut:
    service.release(json_data.reason)
    return service.terms()


@api.get("/audit/archives")
@requires(may.ARCHIVES_READ)
@api.input(PageQuery, location="query")
@api.output(ArchivePage)
def list_audit_archives(query_data: PageQuery) -> ArchivePage:
    page = queries.archives(query_data).map(ArchiveOut.model_validate)
    g.links = page.links()
    return ArchivePage.model_validate(page)


@api.get("/audit/archives/<uuid:audit_archive_id>/file")
@requires(may.ARCHIVES_READ, open_when_suspended=True, writes=True, step_up=True)
@api.doc(summary="Take an archive", responses=ARCHIVE)
def download_audit_archive(audit_archive_id: UUID) -> Response:
    """That it was taken is kept in the trail."""
    return attached(audit_archive_id)
