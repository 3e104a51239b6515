"""The engine, the walled session, and the one place where a transaction ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NoReturn, TypeVar

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from config import Settings
from stackroom.core import connections
from tenants import context, wall
from tenants.context import Tenant
from tenants.database import patient, reads_only
from tenants.errors import BulkWriteRefused
from tenants.orm import Base
from tenants.placement import Placement, watch

log = structlog.get_logger()
T = TypeVar("T")
R = TypeVar("R", bound=Base)


class WalledSession(FlaskSession):
    """One session serves one organisation; `tenants.wall` cuts every statement to it."""

    def bulk_save_objects(self, *_: Any, **__: Any) -> NoReturn:
        """SQLAlchemy's old bulk calls look like a flush to the wall, but nobody hears of the rows:
        they would leave no version."""
        raise BulkWriteRefused("use session.add_all(…), or stackroom.audit.bulk for many rows")

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects

    @cached_property
    def placement(self) -> Placement:
        return placement()  # asked once a session: an app does not change its databases

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any
    ) -> sa.Engine | sa.Connection:
        """The silo of an organisation that is placed apart, for its own rows."""
        if bind is None and (silo := self.placement.bind_of(mapper, clause)) is not None:
            return silo
        return super().get_bind(mapper, clause, bind, **options)


wall.build(WalledSession)
watch(WalledSession)
db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": WalledSession, "autoflush": True},
    disable_autonaming=True,
)


def connect(app: Flask, settings: Settings) -> None:
    """Raises BypassingRole where a database would not hold the wall."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = connections.options(settings.database, settings)
    app.config["SQLALCHEMY_BINDS"] = {
        name: {"url": silo.url, **connections.options(silo.url, settings)}
        for name, silo in settings.silos.items()
    }
    db.init_app(app)
    with app.app_context():
        silos = {name: db.engines[name] for name in settings.silos}
        connections.prepare(db.engine, settings)
        for silo in silos.values():
            connections.prepare_silo(silo, settings)
    app.extensions["placement"] = Placement(silos)


def placement() -> Placement:
    found: Placement = current_app.extensions["placement"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit at the end, roll back on any error, and leave no session behind.

    What was put off with `survive` runs after a rollback in a transaction of its own, and what was
    put off with `afterwards` after a commit.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        db.session.remove()
        _run_survivors(session.info.pop("survivors", []))
        _run_owed(session.info.pop("owed", []))
        raise
    finally:
        db.session.remove()
    _run_owed(session.info.pop("owed", []))
    _run_afterwards(session.info.pop("afterwards", []))


def retried_once(read: Callable[[], T]) -> T:
    """Run what only reads, and once more where its connection was lost. A write is never tried
    again by us: whether it was done may be unknown, and only the caller can tell."""
    try:
        return read()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        log.warning("connection_lost_and_read_again", error=str(error.orig))
        return read()


@contextmanager
def serving(tenant: Tenant) -> Iterator[Session]:
    """A transaction for one organisation, for jobs and commands."""
    with context.acting_for(tenant), behind_the_scenes(), transaction() as session:
        yield session


@contextmanager
def behind_the_scenes() -> Iterator[None]:
    """Jobs and commands may ask the database for longer than a person waits at a desk."""
    with patient(current_app.settings.job_statement_seconds):  # type: ignore[attr-defined]
        yield


def found_or_added(wanted: sa.Select[R], make: Callable[[], R]) -> R:
    """The one row that is wanted, locked until the transaction ends; added where there is none,
    once, also where two ask at the same moment."""
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    if found := db.session.scalar(locked):
        return found
    try:
        with db.session.begin_nested():
            db.session.add(fresh := make())
    except IntegrityError:  # somebody else was first
        return db.session.scalars(locked).one()
    return fresh


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


def owe(write: Callable[[], None]) -> None:
    """Put off a write that must be made, whatever becomes of the transaction: where it cannot be,
    nothing is answered. It is how a route that reads leaves a trace without waiting to write."""
    db.session().info.setdefault("owed", []).append(write)


def _run_owed(writes: list[Callable[[], None]]) -> None:
    if not writes:
        return
    with reads_only(False), transaction():
        for write in writes:
            write()


def afterwards(write: Callable[[], None]) -> None:
    """Put off a small write of a route that reads. It is not worth a failure: where it cannot be
    made, what was read is answered all the same."""
    db.session().info.setdefault("afterwards", []).append(write)


def _run_afterwards(writes: list[Callable[[], None]]) -> None:
    for write in writes:
        try:
            with reads_only(False), transaction():
                write()
        except (DBAPIError, PoolTimeout) as error:
            log.warning("not_written_afterwards", error=str(error))
