"""How this process is connected to its databases: pool, time-outs, and what is asked of a
connection before anything is."""

import os
import time
from typing import Any

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError, OperationalError

from config import Settings
from tenants import placement, wall
from tenants.database import TimeOuts, refuse_bypassing_role, teach_sqlite, teach_time_outs

log = structlog.get_logger()
QUIET_SECONDS = 20.0
"""A connection that has rested longer is asked whether it still lives."""


def options(url: str, settings: Settings) -> dict[str, Any]:
    """What SQLAlchemy is told of an engine."""
    return {
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # an error names the statement; what people wrote is no log's
        "pool_size": settings.database_pool_size,
        "max_overflow": settings.database_pool_overflow,
        "pool_timeout": settings.database_pool_seconds,
        "pool_recycle": settings.database_recycle_seconds,
        "connect_args": _connect_args(url, settings),
    }


def _connect_args(url: str, settings: Settings) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"check_same_thread": False}
    if settings.database_pooler:
        # An old pooler in transaction mode cannot keep prepared statements apart, and any refuses
        # the start-up parameter `options`: there, each transaction says its time-outs itself.
        return {"prepare_threshold": None}
    told = [f"-c {name}={value}" for name, value in time_outs(settings).parameters().items()]
    given = sa.make_url(url).query.get("options", "")  # what comes last, holds
    return {"options": " ".join([*told, str(given)]).strip()}


def time_outs(settings: Settings) -> TimeOuts:
    return TimeOuts(
        settings.statement_seconds, settings.lock_seconds, settings.idle_transaction_seconds
    )


def prepare(engine: sa.Engine, settings: Settings) -> None:
    """Raises BypassingRole where the database would not hold the wall."""
    _teach(engine, settings)
    placement.commit_silo_first(engine)
    refuse_bypassing_role(engine)


def prepare_silo(engine: sa.Engine, settings: Settings) -> None:
    """A silo that is away keeps its own organisations waiting and nobody else, so the process
    starts without it; its role is asked as each connection opens.

    Raises BypassingRole as `prepare` does.
    """
    _teach(engine, settings)
    placement.guard_silo(engine)
    try:
        refuse_bypassing_role(engine)
    except OperationalError as error:
        log.warning("silo_unavailable", database=engine.url.database, error=str(error.orig))


def _teach(engine: sa.Engine, settings: Settings) -> None:
    _leave_inherited_connections(engine)
    if engine.dialect.name == "sqlite":
        teach_sqlite(engine)
    else:
        _ask_quiet_connections(engine)
        if settings.database_pooler:
            teach_time_outs(engine, time_outs(settings))
    wall.guard_engine(engine)


def _leave_inherited_connections(engine: sa.Engine) -> None:
    """A process that forks, as Celery's does, leaves its connections to each child; two that used
    one would read each other's answers, whichever organisation they are for."""

    @event.listens_for(engine, "connect")
    def _sign(_raw: Any, record: Any) -> None:
        record.info["opened_by"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def _refuse(_raw: Any, record: Any, proxy: Any) -> None:
        if record.info["opened_by"] != os.getpid():
            record.dbapi_connection = proxy.dbapi_connection = None  # not closed: it is another's
            raise DisconnectionError("opened by the process that was forked")


def _ask_quiet_connections(engine: sa.Engine) -> None:
    """After a restart of the database, the first request meets no dead connections. Asking at
    every checkout (`pool_pre_ping`) would cost a busy pool a journey for each request."""

    @event.listens_for(engine, "checkin")
    def _note_use(_raw: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(raw: Any, record: Any, _proxy: Any) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or time.monotonic() - used_at < QUIET_SECONDS:
            return
        try:
            engine.dialect.do_ping(raw)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool tries again with a new connection


def _to_json(value: Any) -> str:
    """Five times as fast as the standard library, and a MARC record is written twice: the row
    and its version."""
    return orjson.dumps(value).decode()
