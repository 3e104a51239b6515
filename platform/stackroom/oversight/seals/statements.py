"""What is signed, as the verifier reads it: statements of keys and of checkpoints."""

from typing import Any

from stackroom.core.canonical import instant
from stackroom.oversight.seals import verify
from stackroom.oversight.seals.models import AuditCheckpoint, AuditKey
from tenants import context

Statement = dict[str, Any]


def key(row: AuditKey) -> Statement:
    return {
        "format": verify.KEY,
        "organisation": str(context.current().uuid),
        "number": row.number,
        "id": row.key_id,
        "public": row.public,
        "made_at": instant(row.made_at),
        "signed_by": row.signed_by,
        "signature": row.signature,
    }


def checkpoint(row: AuditCheckpoint) -> Statement:
    return {
        "format": verify.CHECKPOINT,
        "organisation": str(context.current().uuid),
        "number": row.number,
        "previous": row.previous,
        "root": row.root,
        "leaves": row.leaves,
        "transactions": row.transactions,
        "first_id": str(row.first_id),
        "last_id": str(row.last_id),
        "key_id": row.key_id,
        "made_at": instant(row.made_at),
        "signature": row.signature,
    }


def digest(row: AuditCheckpoint) -> str:
    """What a checkpoint is known by."""
    return verify.digest(checkpoint(row))
