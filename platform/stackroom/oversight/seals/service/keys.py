"""The keys that sign an organisation's checkpoints. Each new one is signed by the one before it,
whose private half is then destroyed."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.sealing import Broken, Seal
from stackroom.oversight.seals import events, statements, verify
from stackroom.oversight.seals.models import AuditKey, AuditSigner

PURPOSE = "audit signing keys"
"""Of the `Seal` in which private keys rest."""
FIRST = "it is the first"
LOST = "the private key before it is not here, so no earlier key vouches for it"


@dataclass(frozen=True, slots=True)
class Signing:
    """The key in force."""

    key_id: str
    private: Ed25519PrivateKey

    def sign(self, statement: statements.Statement) -> str:
        """Base64, over all but the signature itself."""
        signed = self.private.sign(verify.canonical(verify.unsigned(statement)))
        return b64encode(signed).decode()


def published() -> list[AuditKey]:
    """Every public key there ever was, oldest first."""
    return list(db.session.scalars(sa.select(AuditKey).order_by(AuditKey.number)))


def document(organisation: str) -> statements.Statement:
    """As it stands at the well-known address."""
    keys = [statements.key(row) for row in published()]
    return {"format": verify.KEYS, "organisation": organisation, "keys": keys}


def in_force(vault: Seal) -> Signing | None:
    """None where there is none, or its private half is not here: after a move, say, or where the
    secret key of this Stackroom was changed."""
    last = _last()
    if last is None:
        return None
    signer = db.session.scalar(sa.select(AuditSigner).where(AuditSigner.number == last.number))
    if signer is None:
        return None
    try:
        private = Ed25519PrivateKey.from_private_bytes(b64decode(vault.open(signer.sealed)))
    except Broken:
        return None
    return Signing(last.key_id, private)


def begin(vault: Seal) -> None:
    """Make a key where none is in force; whoever is second leaves it to the first."""
    if in_force(vault):
        return
    why = LOST if _last() else FIRST
    try:
        with db.session.begin_nested():
            made = _make(vault, by=None)
    except IntegrityError:
        return
    record(events.KEY_BEGUN, label="the seals", key=made.key_id, why=why)


def rotate(vault: Seal) -> AuditKey:
    """Replace the key in force; the last act of the old one is to sign the new one."""
    by = in_force(vault)
    made = _make(vault, by)
    if by is None:
        record(events.KEY_BEGUN, label="the seals", key=made.key_id, why=LOST)
    else:
        record(events.KEY_ROTATED, label="the seals", before=by.key_id, after=made.key_id)
    return made


def _make(vault: Seal, by: Signing | None) -> AuditKey:
    last, private = _last(), Ed25519PrivateKey.generate()
    public = b64encode(private.public_key().public_bytes_raw()).decode()
    made = AuditKey(
        number=last.number + 1 if last else 1,
        key_id=verify.key_id(public),
        public=public,
        made_at=clock.now(),
    )
    signer = by or Signing(made.key_id, private)
    made.signed_by = signer.key_id
    made.signature = ""
    made.signature = signer.sign(statements.key(made))
    sealed = vault.close(b64encode(private.private_bytes_raw()).decode())
    db.session.execute(sa.delete(AuditSigner))
    db.session.add_all([made, AuditSigner(number=made.number, sealed=sealed)])
    db.session.flush()  # the number is taken here, or somebody else was first
    return made


def _last() -> AuditKey | None:
    return db.session.scalar(sa.select(AuditKey).order_by(AuditKey.number.desc()).limit(1))
