"""Telling those who watch the trail that it has grown. They fetch the entries themselves, so
nothing is computed for nobody, and nothing is heard that may not be read."""

from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from stackroom.realtime.news import publish
from tenants import context

NEWS = "audit"


def watch(sessions: type[Session]) -> None:
    """Called after the writer's own listeners: it tells of what they have written."""
    event.listen(sessions, "before_commit", _tell)


def _tell(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if (transaction_id := session.info.get("transaction_id")) is not None:
        publish(NEWS, context.current().uuid, {"up_to": f"{transaction_id}-0"})


def exists(record_id: UUID) -> bool:
    """The trail of an organisation is called like the organisation."""
    return record_id == context.current().uuid
