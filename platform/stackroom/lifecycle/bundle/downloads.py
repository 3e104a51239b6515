"""The file of an export on its way out."""

from uuid import UUID

from flask import Response, request, send_file

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.lifecycle.bundle import service
from stackroom.lifecycle.bundle.runner import WHY
from tenants import context


def attached(export_id: UUID) -> Response:
    """Streamed. Nobody on the way may keep it: it holds everything."""
    found = service.export(export_id)
    with context.writing_though_read_only(WHY):
        stream = service.download(found, files(app().settings), tell=request.method == "GET")
    response = send_file(
        stream,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{context.current().slug}-{found.requested_at:%Y-%m-%d}.zip",
    )
    response.content_length = found.size
    response.cache_control.no_store = True
    response.cache_control.no_cache = None
    return response
