"""One organisation lives in a silo, its neighbour in the main database, served by one app."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from config import Settings, Silo
from stackroom.audit.models import AuditEntry
from stackroom.core import connections, migrations, outbox
from stackroom.core.database import db, placement, transaction
from stackroom.core.http import Stackroom
from stackroom.jobs.celery import deliver, sweep
from stackroom.jobs.envelope import HEADER, seal
from stackroom.libraries.models import Library
from stackroom.lifecycle import service as lifecycle
from stackroom.lifecycle.bundle.errors import BundleRefused
from stackroom.lifecycle.errors import PurgeHindered
from stackroom.staff.models import Account
from stackroom.testing import databases, ending
from stackroom.testing.bundles import Home
from stackroom.testing.databases import TestDatabase
from stackroom.testing.desk import Desk
from stackroom.testing.furnish import furnish
from stackroom.testing.house import Api, House, new_slug, open_house
from stackroom.testing.second import second_app
from tenants import context
from tenants.context import Tenant
from tenants.database import announce
from tenants.errors import BypassingRole, SharedTableInSilo
from tenants.lifecycle import Status
from tenants.models import Organisation
from tenants.orm import scoped_tables
from tenants.placement import EVERY, Placement

ORGANISATIONS = Organisation.__table__


@dataclass(frozen=True)
class Two:
    app: Stackroom
    placed: House
    neighbour: House
    main: TestDatabase
    silo: TestDatabase


@pytest.fixture(scope="module")
def silo(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabase]:
    with databases.empty(dialect, tmp_path_factory.mktemp("silo")) as made:
        databases.migrate(made)
        yield made


@pytest.fixture(scope="module")
def two(settings: Settings, database: TestDatabase, silo: TestDatabase) -> Iterator[Two]:
    slug = new_slug("placed")
    with second_app(settings, silos={slug: Silo(url=silo.app_url)}) as app:
        yield Two(app, open_house(app, slug=slug), open_house(app, "neighbour"), database, silo)


def rows(url: str, house: House) -> int:
    """Of this organisation in all tables of a database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    count = sa.select(sa.func.count())
    with engine.connect() as connection:
        announce(connection, house.tenant.id)
        return sum(
            connection.scalar(
                count.select_from(table).where(table.c.tenant_id == house.tenant.id)
            )
            or 0
            for table in scoped_tables()
        )  # fmt: skip


def heard(engine: sa.Engine, seen: list[str]) -> Any:
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return lambda: event.remove(engine, "before_cursor_execute", note)


class TestBindFor:
    silo = sa.create_engine("sqlite://")
    other = sa.create_engine("sqlite://")

    def tenant(self) -> Tenant:
        return Tenant(
            1, uuid4(), "north", "North", "north.test", Status.ACTIVE, "free", "eu", "public", "UTC"
        )

    def test_by_slug_or_by_uuid(self) -> None:
        tenant = self.tenant()
        for name in ("north", str(tenant.uuid)):
            assert Placement({name: self.silo}).bind_for(tenant) is self.silo

    def test_its_own_name_comes_before_everybodys(self) -> None:
        placed = Placement({EVERY: self.other, "north": self.silo})
        assert placed.bind_for(self.tenant()) is self.silo
        assert placed.bind_for(replace(self.tenant(), slug="harbour")) is self.other

    def test_nobody_else_is_placed(self) -> None:
        placed = Placement({"north": self.silo})
        assert placed.bind_for(replace(self.tenant(), slug="harbour")) is None
        assert placed.bind_for(None) is None


def test_its_rows_are_in_the_silo_and_nowhere_else(two: Two) -> None:
    furnish(two.placed)
    furnish(two.neighbour)
    assert rows(two.silo.app_url, two.placed) > 50
    assert rows(two.main.app_url, two.placed) == 0
    assert rows(two.main.app_url, two.neighbour) > 50
    assert rows(two.silo.app_url, two.neighbour) == 0


def test_a_request_asks_the_main_database_nothing(two: Two) -> None:
    """Once its host is known, which is remembered for two seconds."""
    api = two.placed.api("librarian")
    api.get("/api/v1/bibs")
    seen: list[str] = []
    with two.app.app_context():
        stop = heard(db.engine, seen)
    assert api.get("/api/v1/bibs").status_code == 200
    stop()
    assert [one for one in seen if "organisations" not in one and "BEGIN" not in one] == []


def test_its_jobs_run_there(two: Two) -> None:
    furnish(open_house(two.app))  # leaves others in the main database
    with two.placed.work() as session:
        account = session.scalars(sa.select(Account.id).limit(1)).one()
        outbox.send("staff.verification_mail", {"account_id": str(account)})
        sealed: Any = {HEADER: seal().as_header()}
    assert deliver.apply(headers=sealed).get() >= 1
    with two.placed.work() as session:
        outbox.send("staff.verification_mail", {"account_id": str(account)})
    sweep.apply().get()
    with two.placed.work() as session:
        assert session.scalar(sa.select(sa.func.count(outbox.OutboxMessage.id))) == 0


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(ORGANISATIONS.c.slug).join(Library, Library.name == ORGANISATIONS.c.name),
        sa.select(Library.id).where(sa.exists().where(Organisation.name == Library.name)),
    ],
    ids=["join", "exists"],
)
def test_a_statement_that_mixes_its_rows_with_shared_ones_is_refused(
    two: Two, statement: sa.Select[Any]
) -> None:
    """There it would find no organisation, and say nothing."""
    with two.placed.work() as session, pytest.raises(SharedTableInSilo, match="organisations"):
        session.execute(statement, bind_arguments={"mapper": sa.inspect(Library)})


def state(two: Two) -> tuple[Status, int]:
    """Suspending touches both: the organisation's row is SHARED, its trail is in the silo."""
    with two.app.app_context(), transaction() as session, context.unscoped("look"):
        status = session.scalars(
            sa.select(Organisation.status).where(Organisation.uuid == two.placed.tenant.uuid)
        ).one()
    with two.placed.work("auditor") as session:
        told = AuditEntry.action == "organisation.suspended"
        return status, session.scalar(sa.select(sa.func.count()).where(told)) or 0


def resume(house: House) -> None:
    with house.work("admin"):
        lifecycle.resume()


@contextmanager
def at_its_commit(engine: sa.Engine, do: Callable[[sa.Connection], None]) -> Iterator[None]:
    """Whether SQLAlchemy commits or, for the order's sake, we do."""

    def heard(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            do(connection)

    event.listen(engine, "commit", do)
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield
    finally:
        event.remove(engine, "commit", do)
        event.remove(engine, "before_cursor_execute", heard)


def silo_of(two: Two) -> sa.Engine:
    with two.app.app_context():
        silo = placement().bind_for(two.placed.tenant)
    assert silo is not None
    return silo


def suspend(two: Two, at_commit: dict[sa.Engine, Callable[[sa.Connection], None]]) -> None:
    with two.app.app_context(), ExitStack() as listening, two.placed.work("admin"):
        for engine, do in at_commit.items():  # only now: `work` has looked up who it is
            listening.enter_context(at_its_commit(engine, do))
        lifecycle.suspend("unpaid")


def test_the_silo_commits_before_the_main_database(two: Two) -> None:
    ended: list[str] = []
    with two.app.app_context():
        main = db.engine
    suspend(
        two, {silo_of(two): lambda _: ended.append("silo"), main: lambda _: ended.append("main")}
    )
    assert ended[0] == "silo"
    assert "main" in ended
    assert state(two) == (Status.SUSPENDED, 1)
    resume(two.placed)


@pytest.mark.postgresql
def test_where_the_silo_is_lost_the_main_database_is_not_changed(two: Two) -> None:
    before = state(two)
    silo = silo_of(two)

    def end(connection: sa.Connection) -> None:
        backend = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        killer = sa.create_engine(silo.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with killer.connect() as other:
            other.scalar(sa.select(sa.func.pg_terminate_backend(backend, 5000)))

    with pytest.raises(sa.exc.OperationalError):
        suspend(two, {silo: end})
    assert state(two) == before


@pytest.mark.postgresql
def test_a_silo_whose_role_could_bypass_stops_the_start(
    settings: Settings, silo: TestDatabase
) -> None:
    engine = sa.create_engine(silo.owner_url, poolclass=sa.NullPool)
    with pytest.raises(BypassingRole):
        connections.prepare_silo(engine, settings)


@pytest.mark.postgresql
def test_a_silo_that_is_away_keeps_only_its_own_waiting(two: Two, settings: Settings) -> None:
    away = sa.make_url(two.silo.app_url).set(port=1).render_as_string(False)
    slug = two.placed.tenant.slug
    token = two.placed.api("librarian").token
    with second_app(settings, silos={slug: Silo(url=away)}) as app:
        waiting = Api(app.test_client(), two.placed.tenant.host, token).get("/api/v1/bibs")
        assert (waiting.status_code, waiting.json["code"]) == (503, "unavailable")
        assert waiting.headers["Retry-After"]
        assert Desk(House(app, two.neighbour.tenant)).house.api("librarian").get(
            "/api/v1/bibs").status_code == 200  # fmt: skip
        probe = Api(app.test_client(), "127.0.0.1").get("/readyz")
        assert probe.status_code == 200
        assert probe.json["checks"]["silos"] == "0 of 1 ready"
        assert slug not in probe.text


@pytest.mark.postgresql
def test_a_sweep_passes_by_a_silo_that_is_away(
    two: Two, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its organisation is older, so its turn comes before the neighbour's."""
    away = sa.make_url(two.silo.app_url).set(port=1).render_as_string(False)
    slug = two.placed.tenant.slug
    with second_app(settings, silos={slug: Silo(url=away)}) as app:
        neighbour = open_house(app, "after-it")
        sweep.apply().get()
        with neighbour.work() as session:
            assert session.scalar(sa.select(sa.func.count(outbox.OutboxMessage.id))) == 0
    assert '"event": "not_swept"' in capsys.readouterr().out


def test_readiness_looks_at_each_silo(two: Two) -> None:
    probe = Api(two.app.test_client(), "127.0.0.1").get("/readyz")
    assert probe.json["checks"] | {"silos": "ok"} == probe.json["checks"]


def test_an_upgrade_takes_every_silo_along(
    settings: Settings, database: TestDatabase, dialect: str, tmp_path: Path
) -> None:
    with databases.empty(dialect, tmp_path) as empty:
        silo = Silo(url=empty.app_url, owner_url=empty.owner_url)
        owners = {"database_owner_url": database.owner_url} if dialect == "postgresql" else {}
        placed = settings.model_copy(update={"silos": {"a": silo, "b": silo}, **owners})
        migrations.upgrade_all(placed)
        engine = sa.create_engine(empty.owner_url, poolclass=sa.NullPool)
        assert sa.inspect(engine).has_table("loans")


def test_an_organisation_moves_into_its_silo_by_export_and_import(
    app: Stackroom, settings: Settings, silo: TestDatabase, tmp_path: Path
) -> None:
    """Three commands: export, make the database, import. Nobody notices but the operator."""
    house = open_house(app, "moving")
    furnish(house)
    before = house.api("librarian").get("/api/v1/bibs").json["items"]
    Home(app).take(house, tmp_path / "moving.zip")
    with second_app(settings, silos={house.tenant.slug: Silo(url=silo.app_url)}) as placed:
        assert rows(silo.app_url, house) == 0
        there = Home(placed).bring(tmp_path / "moving.zip")
        assert rows(silo.app_url, house) > 50
        librarian = there.api("librarian")
        assert librarian.get("/api/v1/bibs").json["items"] == before
        made = librarian.post("/api/v1/bibs", json={"title": "In its own house"})
        assert made.status_code == 201
        with pytest.raises(BundleRefused, match="is here already"):
            Home(placed).bring(tmp_path / "moving.zip")
    assert house.api("librarian").get(f"/api/v1/bibs/{made.json['id']}").status_code == 404


def test_an_organisation_in_a_silo_is_not_half_purged(two: Two) -> None:
    """The guards of the end stand in the main database; it is said before anything is done."""
    ending.close(two.placed)
    ending.end_days(two.placed)
    with pytest.raises(PurgeHindered, match="lives in a silo"):
        ending.go_on(two.placed)
    assert ending.standing(two.placed).status is Status.CLOSING
    ending.do(two.placed, lifecycle.reopen)
