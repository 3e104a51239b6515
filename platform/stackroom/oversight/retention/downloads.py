"""The file of an archive on its way out."""

from uuid import UUID

from flask import Response, request, send_file

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.oversight.retention import queries, service
from tenants import context

WHY = "that an archive was taken belongs to the history of any organisation"


def attached(audit_archive_id: UUID) -> Response:
    """Streamed. Nobody on the way may keep it."""
    found = queries.archive(audit_archive_id)
    with context.writing_though_read_only(WHY):
        stream = service.take(found, files(app().settings), tell=request.method == "GET")
    response = send_file(
        stream,
        mimetype="application/gzip",
        as_attachment=True,
        download_name=f"{context.current().slug}-audit-{found.year}.jsonl.gz",
    )
    response.content_length = found.size
    response.cache_control.no_store = True
    response.cache_control.no_cache = None
    return response
