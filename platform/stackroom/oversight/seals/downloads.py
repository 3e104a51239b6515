"""Files on their way out: evidence, proofs, the verifier, the public keys."""

from pathlib import Path
from uuid import UUID

from flask import Response, request

from stackroom.core.canonical import dump
from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.files.downloads import attached, streamed
from stackroom.oversight.seals import verify
from stackroom.oversight.seals.models import EvidenceFile
from stackroom.oversight.seals.service import jobs, keys, proofs
from stackroom.oversight.seals.service.sealing import WHY
from tenants import context

KEYS_ADDRESS = "/.well-known/stackroom-audit-keys.json"


def evidence(file_id: UUID) -> Response:
    found = jobs.job(EvidenceFile, file_id)
    with context.writing_though_read_only(WHY):
        stream = jobs.download(found, files(app().settings), tell=request.method == "GET")
    name = f"{context.current().slug}-audit-{found.first}-{found.last}.jsonl.gz"
    return streamed(stream, found.size, "application/gzip", name)


def proof(entry_id: str) -> Response:
    with context.writing_though_read_only(WHY):
        body = dump(proofs.take(entry_id))
    return attached(body, "application/json", f"proof-{entry_id}.json")


def verifier() -> Response:
    body = Path(verify.__file__).read_bytes()
    return attached(body, "text/x-python; charset=utf-8", "verify.py")


def public_keys() -> Response:
    body = dump(keys.document(str(context.current().uuid)))
    return Response(body, content_type="application/json")
