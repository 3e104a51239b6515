"""`Idempotency-Key` on POST: a second try gets the first answer, and nothing is done twice.

After draft-ietf-httpapi-idempotency-key-header. The answer is a row of the transaction that did
the work, so neither is kept without the other, and a refusal, which rolls back, is not kept.
"""

import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from flask import Response, make_response, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import BadRequest, Problem
from tenants.orm import Base, Ledger

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
PATTERN = r"^[!-~]{1,200}$"
HEADERS = ("Content-Type", "ETag", "Location")


class InvalidKey(BadRequest):
    code = "idempotency_key_invalid"
    detail = "Idempotency-Key takes 1 to 200 printable ASCII characters; send a UUID."


class KeyReused(Problem):
    status, code, title = 422, "idempotency_key_reused", "This key belongs to another request"
    detail = "Idempotency-Key was sent before with another request; send a new key."


class KeptAnswer(Ledger, Base):
    __tablename__ = "idempotency_keys"
    __unversioned__: ClassVar[str] = "an answer is kept for a day, and changes nothing"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "caller_id", "key"),
        sa.Index("ix_idempotency_keys_kept_at", "tenant_id", "kept_at"),
    )

    caller_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(200))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
    status: Mapped[int] = mapped_column(sa.Integer, default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"")


def once(caller_id: UUID, view: Callable[[], Any]) -> Response:
    """Run the view, or answer as it did before.

    Raises InvalidKey, or KeyReused where the key came with another request.
    """
    key = request.headers[HEADER]
    if not re.match(PATTERN, key):
        raise InvalidKey
    _forget_old()
    claimed = _claim(KeptAnswer(caller_id=caller_id, key=key, fingerprint=_fingerprint()))
    if claimed is None:
        return _replay(caller_id, key)
    response = make_response(view())
    claimed.status, claimed.body = response.status_code, response.get_data()
    claimed.headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    return response


def _forget_old() -> None:
    old = sa.delete(KeptAnswer).where(KeptAnswer.kept_at < clock.now() - KEPT_FOR)
    db.session.execute(old)


def forget_caller(caller_id: UUID) -> None:
    db.session.execute(sa.delete(KeptAnswer).where(KeptAnswer.caller_id == caller_id))


def forget_words(words: Collection[str]) -> None:
    """Answers to anybody that hold one of these words. There is a day's worth of them at most."""
    wanted = [word.encode() for word in words]
    kept = db.session.execute(sa.select(KeptAnswer.id, KeptAnswer.body))
    telling = [row.id for row in kept if any(word in row.body for word in wanted)]
    db.session.execute(sa.delete(KeptAnswer).where(KeptAnswer.id.in_(telling)))


def _claim(answer: KeptAnswer) -> KeptAnswer | None:
    """None where the key is taken. A key that is being used makes us wait until it is done."""
    try:
        with db.session.begin_nested():
            db.session.add(answer)
    except IntegrityError:
        return None
    return answer


def _replay(caller_id: UUID, key: str) -> Response:
    kept = db.session.scalars(
        sa.select(KeptAnswer).where(KeptAnswer.caller_id == caller_id, KeptAnswer.key == key)
    ).one()
    if kept.fingerprint != _fingerprint():
        raise KeyReused
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})


def _fingerprint() -> str:
    whole = sha256(f"{request.method}\n{request.full_path}\n".encode())
    whole.update(request.get_data())
    return whole.hexdigest()
