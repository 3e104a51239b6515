"""The pool outlives a restart of the database."""

import pytest
import sqlalchemy as sa

from stackroom.core import connections
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing.house import House


@pytest.mark.postgresql
def test_a_connection_that_died_while_it_rested_is_replaced(
    app: Stackroom, north: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends a connection behind the pool's back; the next request does not notice."""
    monkeypatch.setattr(connections, "QUIET_SECONDS", 0.0)
    with app.app_context():
        db.engine.dispose()
        with north.work() as session:
            backend = session.scalar(sa.select(sa.func.pg_backend_pid()))
        other = sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
        with other.connect() as connection:
            ended = connection.scalar(sa.select(sa.func.pg_terminate_backend(backend, 5000)))
        other.dispose()
        assert ended
    assert north.api("librarian").get("/api/v1/me").status_code == 200
