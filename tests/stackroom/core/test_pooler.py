"""Behind a real PgBouncer in transaction mode whose two clients and more share one connection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from config import Settings
from stackroom.core.database import db, serving
from stackroom.core.http import Stackroom
from stackroom.libraries.models import Library
from stackroom.testing import servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.desk import Desk
from stackroom.testing.house import PASSWORD, House, open_house
from stackroom.testing.second import second_app
from tenants.errors import NoTenant

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
TENANT = sa.select(sa.func.current_setting("app.tenant", True))
BACKEND = sa.select(sa.func.pg_backend_pid())


@pytest.fixture(scope="module")
def pooled(settings: Settings, database: TestDatabase) -> Iterator[Stackroom]:
    try:
        servers.program("pgbouncer")
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))
    with (
        servers.pgbouncer(database.app_url, connections=1) as url,
        second_app(
            settings, database_url=url, database_pooler=True, statement_seconds=7, silos={}
        ) as app,
    ):
        yield app


@pytest.fixture
def two(pooled: Stackroom) -> tuple[House, House]:
    return open_house(pooled, "north"), open_house(pooled, "harbour")


def desk(house: House) -> Desk:
    made = Desk(house)
    made.item()
    made.patron()
    return made


def seen(house: House) -> tuple[Any, Any, list[int]]:
    with house.work() as session:
        owners = session.scalars(sa.select(Library.tenant_id)).all()
        return session.scalar(BACKEND), session.scalar(TENANT), list(owners)


def test_two_organisations_take_turns_on_one_connection(two: tuple[House, House]) -> None:
    backends = set()
    for _ in range(3):
        for house in two:
            backend, tenant, owners = seen(house)
            assert (tenant, owners) == (str(house.tenant.id), [house.tenant.id])
            backends.add(backend)
    assert len(backends) == 1


def fails(house: House) -> None:
    with house.work() as session:
        assert session.scalar(TENANT)
        raise NoTenant


def test_a_transaction_leaves_nothing_behind(pooled: Stackroom, two: tuple[House, House]) -> None:
    """Nor one that rolls back: the next client of the connection finds no organisation."""
    with pooled.app_context(), db.engine.connect() as connection:
        before = connection.scalar(sa.select(sa.func.current_setting("statement_timeout")))
    seen(two[0])
    with pytest.raises(NoTenant):  # once the other organisation is open
        fails(two[1])
    with pooled.app_context(), db.engine.connect() as connection:
        assert connection.scalar(TENANT) in {None, ""}
        after = connection.scalar(sa.select(sa.func.current_setting("statement_timeout")))
    assert after == before


def test_each_transaction_brings_its_time_outs(pooled: Stackroom, two: tuple[House, House]) -> None:
    """PgBouncer refuses them as start-up parameters."""
    ask = sa.select(sa.func.current_setting("statement_timeout"))
    with two[0].work() as session:
        assert session.scalar(ask) == "7s"
    with pooled.app_context(), serving(two[0].tenant) as session:
        assert session.scalar(ask) == "10min"


def test_many_requests_at_once_each_see_their_own(two: tuple[House, House]) -> None:
    """More clients than connections: they wait, and none is handed another's organisation."""
    apis = [(house, house.api("librarian")) for house in two] * 10
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: (pair[0], pair[1].get("/api/v1/me")), apis))
    for house, answer in answers:
        assert answer.json["email"] == house.email("librarian")


def test_signing_in_lending_and_importing_work(two: tuple[House, House]) -> None:
    for house in two:
        credentials = {"email": house.email("librarian"), "password": PASSWORD}
        signed_in = house.anonymous().post("/api/v1/auth/tokens", json=credentials)
        assert signed_in.status_code == 200
        assert desk(house).lend().status_code == 201
        file = BytesIO(f"title,author\nThe tides of {house.tenant.slug},Ek\n".encode())
        api = house.api("librarian")
        assert api.post("/api/v1/imports", data={"file": (file, "a.csv")}).status_code in {201, 202}
        house.deliver()
        found = api.get("/api/v1/bibs?q=tides").json["items"]
        assert [bib["title"] for bib in found] == [f"The tides of {house.tenant.slug}"]


def test_no_statement_is_prepared_on_the_server(two: tuple[House, House]) -> None:
    """PgBouncer before 1.21 would let two clients meet each other's: psycopg prepares what it has
    sent five times."""
    house = two[0]
    for _ in range(12):
        seen(house)
    prepared = sa.select(sa.func.count()).select_from(sa.table("pg_prepared_statements"))
    with house.work() as session:
        assert session.scalar(prepared) == 0
