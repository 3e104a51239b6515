"""The file of an export on its way out."""

from uuid import UUID

from flask import Response, request

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.files.downloads import streamed
from stackroom.lifecycle.bundle import service
from stackroom.lifecycle.bundle.runner import WHY
from tenants import context


def attached(export_id: UUID) -> Response:
    found = service.export(export_id)
    with context.writing_though_read_only(WHY):
        stream = service.download(found, files(app().settings), tell=request.method == "GET")
    name = f"{context.current().slug}-{found.requested_at:%Y-%m-%d}.zip"
    return streamed(stream, found.size, "application/zip", name)
