"""The pool outlives a restart of the database, and nobody waits in a queue without end."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import Settings
from stackroom.core import connections
from stackroom.core.database import db
from stackroom.testing import databases
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app
from tenants import database as kernel


@pytest.mark.postgresql
def test_a_connection_that_died_while_it_rested_is_replaced(
    north: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends a connection behind the pool's back; the next request does not notice."""
    monkeypatch.setattr(connections, "QUIET_SECONDS", 0.0)
    north.engine.dispose()
    with north.work() as session:
        backend = session.scalar(sa.select(sa.func.pg_backend_pid()))
    other = sa.create_engine(north.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with other.connect() as connection:
        assert connection.scalar(sa.select(sa.func.pg_terminate_backend(backend, 5000)))
    assert north.api("librarian").get("/api/v1/me").status_code == 200


def test_a_connection_of_the_process_that_was_forked_is_left_alone(north: House) -> None:
    """Neither used, nor closed under its owner's hands. `jobs/test_worker.py` forks for real."""
    north.engine.dispose()
    with north.engine.connect() as connection:
        inherited: Any = connection.connection.dbapi_connection
        connection.connection.info["opened_by"] -= 1
    with north.engine.connect() as connection:
        assert connection.connection.dbapi_connection is not inherited
    assert inherited.execute("SELECT 1").fetchone() == (1,)
    inherited.close()


def test_a_writer_that_keeps_sqlite_busy_is_told_to_the_next(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "WRITER_WAIT_SECONDS", 0.1)
    url = databases.sqlite(tmp_path).app_url
    with second_app(settings, database_url=url, silos={}) as app:
        api = open_house(app).api("admin")
        with app.app_context():
            engine = db.engine
        with engine.begin():
            busy = api.post("/api/v1/bibs", json={"title": "Later"})
        assert (busy.status_code, busy.json["code"]) == (503, "database_busy")
        assert busy.headers["Retry-After"] == "2"
        assert api.post("/api/v1/bibs", json={"title": "Later"}).status_code == 201


@pytest.mark.postgresql
def test_options_of_the_address_come_after_ours(settings: Settings, database: TestDatabase) -> None:
    url = f"{database.app_url}?options=-c%20lock_timeout%3D1234"
    names = ("lock_timeout", "statement_timeout")
    with (
        second_app(settings, database_url=url, silos={}) as app,
        app.app_context(),
        db.engine.connect() as connection,
    ):
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    assert shown == ["1234ms", "15s"]
