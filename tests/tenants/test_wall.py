"""The wall from both sides: what the ORM cuts, what it refuses, and what the database stops."""

from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased, joinedload, selectinload

from stackroom.audit.versioning import manager, version_of
from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.libraries.models import Library, ServicePoint
from stackroom.testing.house import House
from tenants import context
from tenants.errors import (
    BulkWriteRefused,
    CoreStatementRefused,
    ForeignRow,
    NoTenant,
    TenantSwitched,
)
from tenants.orm import Base
from tenants.wall import KERNEL

VersionOfLibrary = version_of(Library)
LIBRARIES = Base.metadata.tables["libraries"]


def one_library(house: House) -> Library:
    with house.work() as session:
        library = session.scalars(sa.select(Library)).one()
        session.expunge(library)
        return library


READS: dict[str, Callable[[], sa.Executable]] = {
    "entity": lambda: sa.select(Library.tenant_id),
    "count": lambda: sa.select(sa.func.count()).select_from(Library).having(sa.func.count() > 1),
    "alias": lambda: sa.select(aliased(Library).tenant_id),
    "join": lambda: sa.select(ServicePoint.tenant_id).join(ServicePoint.library),
    "subquery": lambda: sa.select(sa.select(Library).subquery().c.tenant_id),
    "cte": lambda: sa.select(sa.select(Library).cte().c.tenant_id),
    "union": lambda: sa.union_all(sa.select(Library.tenant_id), sa.select(ServicePoint.tenant_id)),
    "exists": lambda: sa.select(Library.tenant_id).where(Library.service_points.any()),
    "versions": lambda: sa.select(VersionOfLibrary.tenant_id),
    "transactions": lambda: sa.select(manager.transaction_cls.tenant_id),
}


@pytest.mark.parametrize("read", READS)
def test_every_kind_of_read_sees_one_organisation(read: str, north: House, harbour: House) -> None:
    for house in (north, harbour):
        with house.work() as session:
            seen = set(session.execute(READS[read]()).scalars())
            assert seen <= {house.tenant.id}
            assert seen or read == "count"


def test_a_statement_that_is_kept_serves_each_organisation_its_own(
    north: House, harbour: House
) -> None:
    """It is cut once for all of them; the organisation is read as it runs."""
    kept = sa.select(Library.tenant_id).where(Library.code == sa.bindparam("code"))
    for house in (north, harbour, north):
        with house.work() as session:
            seen = session.execute(kept, {"code": "main"}).scalars().all()
            assert seen == [house.tenant.id]


def test_loading_by_relationship_stays_inside(north: House, harbour: House) -> None:
    with north.work() as session:
        for how in (joinedload, selectinload):
            statement = sa.select(Library).options(how(Library.service_points))
            libraries = session.scalars(statement).unique().all()
            assert {point.tenant_id for lib in libraries for point in lib.service_points} == {
                north.tenant.id
            }


def test_a_foreign_id_finds_nothing(north: House, harbour: House) -> None:
    foreign = one_library(harbour)
    with north.work() as session:
        assert session.get(Library, (harbour.tenant.id, foreign.id)) is None
        assert session.get(Library, (north.tenant.id, foreign.id)) is None


def test_a_session_does_not_change_sides(app: Stackroom, north: House, harbour: House) -> None:
    """The identity map would hand out rows of the organisation it served before."""
    with app.app_context(), transaction() as session:
        with context.acting_for(north.tenant):
            session.scalars(sa.select(Library)).all()
        with context.acting_for(harbour.tenant), pytest.raises(TenantSwitched):
            session.scalars(sa.select(Library)).all()


def test_without_an_organisation_nothing_runs(app: Stackroom) -> None:
    with app.app_context(), pytest.raises(NoTenant), transaction() as session:
        session.scalars(sa.select(Library)).all()


def test_unscoped_shows_no_scoped_row(app: Stackroom, north: House) -> None:
    """`unscoped` is for SHARED tables."""
    with app.app_context(), transaction() as session, context.unscoped("a test"):
        assert session.scalars(sa.select(Library)).all() == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Library)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(LIBRARIES),
        sa.text("SELECT * FROM libraries"),
        sa.insert(LIBRARIES).values(code="x"),
        sa.update(LIBRARIES).values(code="x"),
        sa.delete(LIBRARIES),
        sa.select(sa.func.count()).select_from(VersionOfLibrary.__table__),
    ],
    ids=["select", "text", "insert", "update", "delete", "versions"],
)
def test_core_and_text_are_refused(statement: sa.Executable, north: House) -> None:
    with north.work() as session:
        with pytest.raises(CoreStatementRefused):
            session.execute(statement)
        with pytest.raises(CoreStatementRefused):
            session.connection().execute(statement)


def test_core_on_a_bare_engine_is_refused(app: Stackroom) -> None:
    with (
        app.app_context(),
        db.engine.connect() as connection,
        pytest.raises(CoreStatementRefused),
    ):
        connection.execute(sa.select(LIBRARIES))


def test_bulk_writes_on_versioned_tables_are_refused(north: House) -> None:
    library = one_library(north)
    for statement in (sa.update(Library).values(name="x"), sa.delete(Library)):
        with north.work() as session, pytest.raises(BulkWriteRefused):
            session.execute(statement)
    with north.work() as session, pytest.raises(BulkWriteRefused):
        session.execute(
            sa.update(Library),
            [{"tenant_id": library.tenant_id, "id": library.id, "name": "by primary key"}],
        )
    with north.work() as session, pytest.raises(BulkWriteRefused):
        session.execute(sa.insert(Library), [{"code": "x", "name": "x"}])


def test_a_foreign_row_cannot_be_added(north: House, harbour: House) -> None:
    with pytest.raises(ForeignRow), north.work() as session:
        session.add(Library(tenant_id=harbour.tenant.id, code="x", name="x"))


def test_a_foreign_object_cannot_be_smuggled_in(north: House, harbour: House) -> None:
    foreign = one_library(harbour)
    foreign.name = "ours now"
    with pytest.raises(ForeignRow), north.work() as session:
        session.add(foreign)
    assert one_library(harbour).name != "ours now"


def test_a_row_cannot_move_to_another_organisation(north: House, harbour: House) -> None:
    with pytest.raises(ForeignRow), north.work() as session:
        session.scalars(sa.select(Library)).one().tenant_id = harbour.tenant.id


def test_a_key_cannot_point_outside(north: House, harbour: House) -> None:
    foreign = one_library(harbour)
    with pytest.raises(DBAPIError), north.work() as session:
        session.add(ServicePoint(library_id=foreign.id, name="theirs"))


class TestTheDatabaseAlone:
    """The kernel's own marker switches the ORM wall off; the database must still hold."""

    def test_it_refuses_a_foreign_insert(self, north: House, harbour: House) -> None:
        values = {
            "tenant_id": harbour.tenant.id, "id": uuid4(), "revision": 1,
            "code": "x", "name": "x", "timezone": "UTC", "currency": "EUR",
        }  # fmt: skip
        with pytest.raises(DBAPIError), north.work() as session:
            session.connection().execute(sa.insert(LIBRARIES), values, execution_options=KERNEL)

    def test_it_changes_no_foreign_row(self, north: House, harbour: House) -> None:
        """PostgreSQL does not see the row; SQLite sees it and aborts."""
        foreign = one_library(harbour)
        statement = sa.update(LIBRARIES).where(LIBRARIES.c.id == foreign.id)
        try:
            with north.work() as session:
                session.connection().execute(
                    statement.values(name="taken"), execution_options=KERNEL
                )
        except DBAPIError as refused:
            assert "another organisation" in str(refused)  # noqa: PT017
        assert one_library(harbour).name == foreign.name

    def test_postgresql_hides_foreign_rows_from_core(
        self, north: House, harbour: House, dialect: str
    ) -> None:
        with north.work() as session:
            seen = set(
                session.connection()
                .execute(sa.select(LIBRARIES.c.tenant_id), execution_options=KERNEL)
                .scalars()
            )
        if dialect == "postgresql":
            assert seen == {north.tenant.id}
        else:  # SQLite's reads are guarded by the ORM alone (ADR 2), which is why Core is refused
            assert harbour.tenant.id in seen
