"""The file of an export on its way out."""

from base64 import b64encode
from uuid import UUID

from flask import Response, request, send_file

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.oversight.exports import service
from stackroom.oversight.exports.models import Format
from tenants import context

KINDS = {
    Format.CSV: ("text/csv", "csv"),
    Format.JSONL: ("application/x-ndjson", "jsonl"),
    Format.OCSF: ("application/x-ndjson", "ocsf.jsonl"),
}


def attached(export_id: UUID) -> Response:
    """Streamed. Nobody on the way may keep it: it tells of people."""
    found = service.export(export_id)
    stream = service.download(found, files(app().settings), tell=request.method == "GET")
    kind, ending = KINDS[found.format]
    name = f"{context.current().slug}-audit-{found.requested_at:%Y-%m-%d}.{ending}"
    response = send_file(stream, mimetype=kind, as_attachment=True, download_name=name)
    response.content_length = found.size
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(found.sha256)}:"
    response.cache_control.no_store = True
    response.cache_control.no_cache = None
    return response


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()
