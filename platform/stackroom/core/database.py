"""The engine, the walled session, and the one place where a transaction ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import orjson
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session

from config import Settings
from tenants import context, wall
from tenants.context import Tenant
from tenants.database import refuse_bypassing_role, teach_sqlite
from tenants.errors import BulkWriteRefused
from tenants.orm import Base

QUIET_SECONDS = 20.0
"""A connection that has rested longer is asked whether it still lives."""


class WalledSession(FlaskSession):
    """One session serves one organisation; `tenants.wall` cuts every statement to it."""

    def bulk_save_objects(self, *_: Any, **__: Any) -> NoReturn:
        """SQLAlchemy's old bulk calls look like a flush to the wall, but nobody hears of the rows:
        they would leave no version."""
        raise BulkWriteRefused("use session.add_all(…), or stackroom.audit.bulk for many rows")

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects


wall.build(WalledSession)
db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": WalledSession, "autoflush": True},
    disable_autonaming=True,
)


def connect(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: sa.Engine) -> None:
    """Raises BypassingRole where the database would not hold the wall."""
    if engine.dialect.name == "sqlite":
        teach_sqlite(engine)
    else:
        _ask_quiet_connections(engine)
    refuse_bypassing_role(engine)
    wall.guard_engine(engine)


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


def _engine_options(settings: Settings) -> dict[str, Any]:
    common = {
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # an error names the statement; what people wrote is no log's
    }
    if settings.database.startswith("sqlite"):
        return {
            **common,
            "pool_size": settings.database_pool_size,
            "connect_args": {"check_same_thread": False},
        }
    return {
        **common,
        "pool_size": settings.database_pool_size,
        # An old pooler in transaction mode cannot keep prepared statements apart.
        "connect_args": {"prepare_threshold": None} if settings.database_pooler else {},
    }


def _to_json(value: Any) -> str:
    """Five times as fast as the standard library, and a MARC record is written twice: the row
    and its version."""
    return orjson.dumps(value).decode()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit at the end, roll back on any error, and leave no session behind.

    What was put off with `survive` runs after a rollback in a transaction of its own.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        db.session.remove()
        _run_survivors(session.info.pop("survivors", []))
        raise
    finally:
        db.session.remove()


@contextmanager
def serving(tenant: Tenant) -> Iterator[Session]:
    """A transaction for one organisation, for jobs and commands."""
    with context.acting_for(tenant), transaction() as session:
        yield session


def survive(write: Callable[[], None]) -> None:
    """Put off a write that must outlive a refusal, such as the record of a failed sign-in.
    It runs only if the transaction rolls back."""
    db.session().info.setdefault("survivors", []).append(write)


def _run_survivors(writes: list[Callable[[], None]]) -> None:
    if not writes:
        return
    with transaction():
        for write in writes:
            write()
