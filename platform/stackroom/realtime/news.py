"""Telling what happened. News wait for the commit, as every effect does; they may be lost, so a
page that must know asks, too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from stackroom.core.database import WalledSession, db
from stackroom.core.http import app
from stackroom.realtime import sockets
from stackroom.realtime.rooms import Room

News = tuple[Room, Mapping[str, Any]]


def publish(channel: str, record_id: UUID, data: Mapping[str, Any]) -> None:
    """Tell whoever watches this record of the open organisation, once the transaction is
    committed; `data` is JSON. Raises NoTenant, or LookupError for an undeclared channel."""
    db.session().info.setdefault("news", []).append((Room(channel, record_id), data))


def news_travel() -> bool:
    """Whether what a worker tells reaches the sockets of the web processes; else a page need not
    open one."""
    return bool(app().settings.redis_url)


@event.listens_for(WalledSession, "after_commit")
def _tell(session: Session) -> None:
    if session.in_nested_transaction():
        return
    news: list[News] = session.info.pop("news", [])
    for room, data in news:
        sockets.tell(app(), room, data)


@event.listens_for(WalledSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("news", None)
