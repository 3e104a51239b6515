"""Files on their way out: evidence, proofs, the verifier, the public keys."""

from pathlib import Path
from uuid import UUID

from flask import Response, request, send_file

from stackroom.core.canonical import dump
from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.oversight.seals import verify
from stackroom.oversight.seals.models import EvidenceFile
from stackroom.oversight.seals.service import jobs, keys, proofs
from stackroom.oversight.seals.service.sealing import WHY
from tenants import context

KEYS_ADDRESS = "/.well-known/stackroom-audit-keys.json"


def evidence(file_id: UUID) -> Response:
    """Streamed. Nobody on the way may keep it."""
    found = jobs.job(EvidenceFile, file_id)
    with context.writing_though_read_only(WHY):
        stream = jobs.download(found, files(app().settings), tell=request.method == "GET")
    name = f"{context.current().slug}-audit-{found.first}-{found.last}.jsonl.gz"
    response = send_file(stream, "application/gzip", as_attachment=True, download_name=name)
    response.content_length = found.size
    return _kept_by_nobody(response)


def proof(entry_id: str) -> Response:
    with context.writing_though_read_only(WHY):
        body = dump(proofs.take(entry_id))
    return _kept_by_nobody(_attached(body, "application/json", f"proof-{entry_id}.json"))


def verifier() -> Response:
    body = Path(verify.__file__).read_bytes()
    return _attached(body, "text/x-python; charset=utf-8", "verify.py")


def public_keys() -> Response:
    body = dump(keys.document(str(context.current().uuid)))
    return Response(body, content_type="application/json")


def _attached(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _kept_by_nobody(response: Response) -> Response:
    response.cache_control.no_store = True
    response.cache_control.no_cache = None
    return response
