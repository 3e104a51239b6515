"""The file of an export on its way out."""

from base64 import b64encode
from uuid import UUID

from flask import Response, request

from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.files.downloads import streamed
from stackroom.oversight.exports import service
from stackroom.oversight.exports.models import Format
from tenants import context

KINDS = {
    Format.CSV: ("text/csv", "csv"),
    Format.JSONL: ("application/x-ndjson", "jsonl"),
    Format.OCSF: ("application/x-ndjson", "ocsf.jsonl"),
}


def attached(export_id: UUID) -> Response:
    found = service.export(export_id)
    stream = service.download(found, files(app().settings), tell=request.method == "GET")
    kind, ending = KINDS[found.format]
    name = f"{context.current().slug}-audit-{found.requested_at:%Y-%m-%d}.{ending}"
    response = streamed(stream, found.size, kind, name)
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(found.sha256)}:"
    return response


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()
