"""Locks, slow statements, an empty pool and lost connections, each on a real server.

A statement is made slow by a lock that another transaction holds: nothing sleeps.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from config import Settings
from stackroom.circulation.models import Loan
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing import databases, servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.desk import Desk
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app
from tenants.database import announce

pytestmark = pytest.mark.postgresql
LOAN = {"item_barcode": "B1", "patron_barcode": "P1"}
SOON = 5.0
"""Seconds in which each answer must be there: the time-outs below are far shorter."""


def furnished(app: Stackroom) -> House:
    house = open_house(app)
    desk = Desk(house)
    desk.item()
    desk.patron()
    return house


def loans(house: House) -> int:
    with house.work() as session:
        return session.scalar(sa.select(sa.func.count(Loan.id))) or 0


@contextmanager
def at_once() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


@contextmanager
def somebody_changes_the_item(house: House, home: TestDatabase) -> Iterator[None]:
    engine = sa.create_engine(home.app_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        announce(connection, house.tenant.id)
        connection.exec_driver_sql("SELECT id FROM items FOR UPDATE")
        yield


class TestWaiting:
    def test_a_row_that_another_holds_is_said_to_be_locked(
        self, settings: Settings, home: TestDatabase
    ) -> None:
        with second_app(settings, lock_seconds=0.2) as app:
            house = furnished(app)
            api = house.api("librarian")
            with somebody_changes_the_item(house, home), at_once():
                refused = api.post("/api/v1/loans", json=LOAN)
            assert (refused.status_code, refused.json["code"]) == (409, "record_locked")
            assert refused.headers["Retry-After"] == "2"
            assert loans(house) == 0
            assert api.post("/api/v1/loans", json=LOAN).status_code == 201

    def test_a_write_that_takes_too_long_is_stopped_and_leaves_nothing(
        self, settings: Settings, home: TestDatabase
    ) -> None:
        with second_app(settings, statement_seconds=0.2, lock_seconds=30) as app:
            house = furnished(app)
            api = house.api("librarian")
            with somebody_changes_the_item(house, home), at_once():
                refused = api.post("/api/v1/loans", json=LOAN)
            assert (refused.status_code, refused.json["code"]) == (503, "database_busy")
            assert refused.headers["Retry-After"] == "2"
            assert loans(house) == 0
            assert api.post("/api/v1/loans", json=LOAN).status_code == 201

    def test_a_read_that_takes_too_long_is_stopped(
        self, settings: Settings, home: TestDatabase
    ) -> None:
        owner = sa.create_engine(home.owner_url, poolclass=sa.NullPool)
        with second_app(settings, statement_seconds=0.2, lock_seconds=30) as app:
            api = furnished(app).api("librarian")
            with owner.connect() as connection, at_once():
                connection.exec_driver_sql("LOCK TABLE bibs IN ACCESS EXCLUSIVE MODE")
                busy = api.get("/api/v1/bibs")
            assert (busy.status_code, busy.json["code"]) == (503, "database_busy")
            assert api.get("/api/v1/bibs").status_code == 200

    def test_a_job_may_take_longer_than_a_request(self, settings: Settings) -> None:
        ask = sa.select(sa.func.current_setting("statement_timeout"))
        with second_app(settings, statement_seconds=2, job_statement_seconds=90) as app:
            from stackroom.core.database import serving

            house = open_house(app)
            with house.work() as session:
                assert session.scalar(ask) == "2s"
            with app.app_context(), serving(house.tenant) as session:
                assert session.scalar(ask) == "90s"
            with house.work() as session:  # the connection has forgotten it
                assert session.scalar(ask) == "2s"

    def test_a_page_waits_for_a_connection_no_longer_than_it_is_told(
        self, settings: Settings
    ) -> None:
        one = {"database_pool_size": 1, "database_pool_overflow": 0, "database_pool_seconds": 0.2}
        with second_app(settings, **one) as app:
            house = open_house(app)
            api = house.api("librarian")
            with house.engine.connect(), at_once():
                busy = api.get("/api/v1/bibs")
            assert (busy.status_code, busy.json["code"]) == (503, "database_busy")
            assert api.get("/api/v1/bibs").status_code == 200


@contextmanager
def ended_before(house: House, words: str, times: int = 1) -> Iterator[list[str]]:
    """PostgreSQL ends the connection as it is about to run a statement with these words."""
    engine, seen = house.engine, list[str]()
    killer = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def end(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement:
            seen.append(statement)
            if len(seen) <= times:
                backend = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
                with killer.connect() as other:
                    assert other.scalar(sa.select(sa.func.pg_terminate_backend(backend, 5000)))

    event.listen(engine, "before_cursor_execute", end)
    yield seen
    event.remove(engine, "before_cursor_execute", end)


class TestLostConnections:
    @pytest.fixture
    def house(self, app: Stackroom) -> House:
        return furnished(app)

    @pytest.mark.parametrize("path", ["/api/v1/bibs", "/catalogue"])
    def test_a_read_is_tried_once_more(self, house: House, path: str) -> None:
        api = house.api("librarian")
        with ended_before(house, "FROM bibs") as seen:
            assert api.get(path).status_code == 200
        assert len(seen) >= 2

    def test_a_read_is_tried_only_once_more(self, house: House) -> None:
        api = house.api("librarian")
        with ended_before(house, "FROM bibs", times=2) as seen:
            refused = api.get("/api/v1/bibs")
        assert (refused.status_code, refused.json["code"]) == (503, "unavailable")
        assert refused.headers["Retry-After"] == "2"
        assert len(seen) == 2

    def test_finding_the_organisation_is_tried_once_more(self, house: House) -> None:
        api = house.api("librarian")
        house.app.resolver.forget(house.tenant.host)
        with house.app.app_context():
            db.engine.dispose()  # the pool then holds this one, and no later test meets it dead
            backend = db.session.connection().connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            db.session.remove()
            killer = sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
            with killer.connect() as other:
                other.scalar(sa.select(sa.func.pg_terminate_backend(backend, 5000)))
            killer.dispose()
        assert api.get("/api/v1/bibs").status_code == 200

    def test_a_write_is_reported_and_not_tried_again(self, house: House) -> None:
        api = house.api("librarian")
        with ended_before(house, "INSERT INTO loans ") as seen:
            refused = api.post("/api/v1/loans", json=LOAN)
        assert (refused.status_code, refused.json["code"]) == (503, "unavailable")
        assert "nothing was changed" in refused.json["detail"]
        assert refused.headers["Retry-After"] == "2"
        assert len(seen) == 1
        assert loans(house) == 0
        assert api.post("/api/v1/loans", json=LOAN).status_code == 201

    def test_a_write_lost_before_its_history_is_written_changes_nothing(self, house: House) -> None:
        """History is written as the transaction ends, yet before its COMMIT."""
        api = house.api("librarian")
        with ended_before(house, "INSERT INTO audit_transactions"):
            refused = api.post("/api/v1/loans", json=LOAN)
        assert "nothing was changed" in refused.json["detail"]
        assert loans(house) == 0


class Line:
    """A line to the server that is cut as soon as a COMMIT has been confirmed, while `cutting`:
    the client never hears of it."""

    def __init__(self, port: int) -> None:
        self.server = port
        self.cutting = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server))
            committing = threading.Event()
            for source, target in ((client, server), (server, client)):
                threading.Thread(
                    target=self._carry, args=(source, target, committing), daemon=True
                ).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, committing: threading.Event
    ) -> None:
        try:
            while data := source.recv(65536):
                if self.cutting and b"COMMIT\x00" in data:
                    if committing.is_set():
                        break
                    committing.set()
                target.sendall(data)
        except OSError:
            pass  # the other side is gone
        finally:
            for end in (source, target):
                shut(end)


def shut(end: socket.socket) -> None:
    with suppress(OSError):  # it was shut before
        end.shutdown(socket.SHUT_RDWR)
    end.close()


class TestInDoubt:
    """The server has committed, and its word does not arrive."""

    @pytest.fixture
    def line(self, database: TestDatabase) -> Iterator[Line]:
        line = Line(sa.make_url(database.app_url).port or 0)
        yield line
        line.listener.close()

    @pytest.fixture
    def house(self, settings: Settings, database: TestDatabase, line: Line) -> Iterator[House]:
        url = sa.make_url(database.app_url).set(port=line.port).render_as_string(False)
        with second_app(settings, database_url=url, silos={}) as app:
            yield furnished(app)

    def test_the_answer_leaves_open_whether_it_was_done(self, house: House, line: Line) -> None:
        api = house.api("librarian")
        line.cutting = True
        answer = api.post("/api/v1/loans", json=LOAN)
        line.cutting = False
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert "may or may not" in answer.json["detail"]
        assert loans(house) == 1

    def test_the_same_idempotency_key_tells_and_does_nothing_twice(
        self, house: House, line: Line
    ) -> None:
        api, key = house.api("librarian"), {"Idempotency-Key": "one-loan"}
        line.cutting = True
        assert api.post("/api/v1/loans", json=LOAN, headers=key).status_code == 503
        line.cutting = False
        again = api.post("/api/v1/loans", json=LOAN, headers=key)
        assert again.status_code == 201
        assert again.headers["Idempotency-Replayed"] == "true"
        assert loans(house) == 1


@pytest.mark.slow
def test_a_server_that_stops_and_starts_again(settings: Settings) -> None:
    """Away: said, with a time to come again. Back: the next read does not notice."""
    with (
        servers.postgres() as server,
        databases.postgresql(server.superuser_url) as made,
        second_app(settings, database_url=made.app_url, silos={}) as app,
    ):
        house = furnished(app)
        api = house.api("librarian")
        server.stop()
        for answer in (api.get("/api/v1/bibs"), api.post("/api/v1/loans", json=LOAN)):
            assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
            assert answer.headers["Retry-After"] == "2"
        page = house.anonymous().get("/catalogue", headers={"Accept": "text/html"})
        assert page.status_code == 503
        server.start()
        assert api.get("/api/v1/bibs").status_code == 200
        assert api.post("/api/v1/loans", json=LOAN).status_code == 201
        server.stop()
        server.start()
        assert api.get("/api/v1/bibs").status_code == 200
