"""The file of an archive on its way out."""

from uuid import UUID

from flask import Response, request

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.files.downloads import streamed
from stackroom.oversight.retention import queries, service
from tenants import context

WHY = "that an archive was taken belongs to the history of any organisation"


def attached(audit_archive_id: UUID) -> Response:
    found = queries.archive(audit_archive_id)
    with context.writing_though_read_only(WHY):
        stream = service.take(found, files(app().settings), tell=request.method == "GET")
    name = f"{context.current().slug}-audit-{found.year}.jsonl.gz"
    return streamed(stream, found.size, "application/gzip", name)
