"""Effects wait for the commit: a message is a row of the same transaction (the outbox pattern).

`deliver` runs each pending message of one organisation at least once; handlers are idempotent.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as, provenance_or_none
from stackroom.core.database import WalledSession, behind_the_scenes, db, transaction
from stackroom.core.features import registry
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.orm import Base, Ledger

log = structlog.get_logger()
ATTEMPTS = 8
CLAIM_FOR = timedelta(minutes=30)
KEPT_FOR = timedelta(minutes=5)


class OutboxMessage(Ledger, Base):
    __tablename__ = "outbox_messages"
    __unversioned__: ClassVar[str] = "a message is its own record, and is deleted once delivered"
    __table_args__ = (sa.Index("ix_outbox_messages_due", "tenant_id", "due_at"),)

    topic: Mapped[str] = mapped_column(sa.String(100))
    payload: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_error: Mapped[str] = mapped_column(sa.String(500), default="")


def send(topic: str, payload: Mapping[str, Any]) -> None:
    """Leave a message; `payload` is JSON and holds ids, never secrets or whole records."""
    registry.handler(topic)  # an unknown topic fails here, in the request that made the mistake
    db.session.add(OutboxMessage(topic=topic, payload=dict(payload)))
    db.session().info["sent"] = context.current()


def forget_words(words: Collection[str]) -> None:
    """Drop the messages whose payload holds one of these words, for there is nobody to write to."""
    waiting = db.session.execute(sa.select(OutboxMessage.id, OutboxMessage.payload))
    telling = [it.id for it in waiting if any(word in str(it.payload) for word in words)]
    db.session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id.in_(telling)))


Wake = Callable[[Tenant], None]
_wake: Wake | None = None


def wake_with(wake: Wake | None) -> None:
    """Call `wake` with the organisation after each commit that left messages."""
    global _wake  # noqa: PLW0603 - one process has one way to wake its worker
    _wake = wake


@event.listens_for(WalledSession, "after_commit")
def _wake_worker(session: Session) -> None:
    if session.in_nested_transaction():
        return
    tenant = session.info.pop("sent", None)
    if tenant and _wake:
        _wake(tenant)


def retry() -> int:
    """Set what has failed going again, as if for the first time; returns how many messages."""
    again = db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.last_error != "")
        .values(attempts=0, due_at=clock.now(), last_error="")
    )
    db.session().info["sent"] = context.current()
    return int(again.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts its rows


@dataclass(frozen=True, slots=True)
class Backlog:
    late: float = 0.0
    """Seconds for which the oldest message that is due, and may run, has been so."""
    given_up: int = 0


def backlog() -> Backlog:
    """Of the open organisation."""
    tries_left = OutboxMessage.attempts < ATTEMPTS
    due = sa.func.min(OutboxMessage.due_at).filter(tries_left, _may_run())
    given_up = sa.func.count(OutboxMessage.id).filter(~tries_left)
    with reads_only(), transaction() as session:
        found = session.execute(sa.select(due, given_up).select_from(OutboxMessage))
        oldest, tried_out = cast("tuple[datetime | None, int]", found.one())
    late = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return Backlog(max(late, 0.0), tried_out)


def deliver() -> int:
    """Run what is due for the open organisation; returns how many messages were delivered.
    What waits for an organisation that is read-only waits until it is so no more."""
    delivered, woken_by = 0, provenance_or_none()
    request_id = woken_by.request_id if woken_by else ""
    system = Provenance(SYSTEM, Channel.JOB, request_id=request_id)
    with acting_as(system), _writing(), behind_the_scenes():
        while claimed := _claim():
            delivered += _run(*claimed)
    return delivered


def _writing() -> AbstractContextManager[None]:
    if context.current().is_read_only:
        return context.writing_though_read_only("only such topics are claimed as may write")
    return nullcontext()


def _claim() -> tuple[UUID, str, dict[str, Any]] | None:
    """Take the next message and put it off, so that no second worker runs it meanwhile."""
    with transaction() as session:
        message = session.scalar(
            sa.select(OutboxMessage)
            .where(OutboxMessage.due_at <= clock.now(), OutboxMessage.attempts < ATTEMPTS)
            .where(_may_run())
            .order_by(OutboxMessage.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return None
        message.attempts += 1
        message.due_at = clock.now() + CLAIM_FOR
        return message.id, message.topic, message.payload


def _may_run() -> sa.ColumnElement[bool]:
    if not context.current().is_read_only:
        return sa.true()
    return OutboxMessage.topic.in_(sorted(registry.though_read_only))


def keep(message_id: UUID) -> None:
    """Renew the claim from inside a long handler's transaction: another worker takes over only
    once this one has been silent for `KEPT_FOR`."""
    db.session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .values(due_at=clock.now() + KEPT_FOR)
    )


def _run(message_id: UUID, topic: str, payload: Mapping[str, Any]) -> int:
    try:
        registry.handler(topic)(message_id, payload)
    except Exception as error:
        log.exception("outbox_message_failed", topic=topic, message_id=str(message_id))
        _put_off(message_id, str(error))
        return 0
    with transaction() as session:
        session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id == message_id))
    return 1


def _put_off(message_id: UUID, error: str) -> None:
    with transaction() as session:
        message = session.scalars(sa.select(OutboxMessage).filter_by(id=message_id)).one()
        message.due_at = clock.now() + timedelta(seconds=2**message.attempts)
        message.last_error = error[:500]
