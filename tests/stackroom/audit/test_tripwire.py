"""What changes past the trail is refused by the database as the transaction ends, and leaves
nothing: the wall's own refusals are gone round here, as a forgotten road would."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.audit import bulk
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.catalogue.models import ItemType
from stackroom.testing.house import House
from tenants.wall import AUDITED

TYPES = cast("sa.Table", ItemType.__table__)
NEWEST = sa.select(AuditTransaction).order_by(AuditTransaction.id.desc()).limit(1)
PAST = "past the trail|past the audit trail|rows changed"
Change = Callable[[Session, UUID], object]


def run(session: Session, sql: str) -> None:
    connection = session.connection()
    connection.exec_driver_sql(sql.format(session.info["tenant_id"]))


def changed_raw(session: Session, kind: UUID) -> None:
    run(session, "UPDATE item_types SET name = 'Forged' WHERE code = 'x-map' AND tenant_id = {}")


def deleted_raw(session: Session, kind: UUID) -> None:
    run(session, "DELETE FROM item_types WHERE code = 'x-map' AND tenant_id = {}")


def changed_in_core(session: Session, kind: UUID) -> None:
    forged = sa.update(TYPES).where(TYPES.c.id == kind).values(name="Forged")
    session.connection().execute(forged, execution_options=AUDITED)


def inserted_in_core(session: Session, kind: UUID) -> None:
    connection = session.connection()  # which knows whose it is from its first statement on
    row = {"tenant_id": session.info["tenant_id"], "id": uuid7(), "revision": 1}
    forged = sa.insert(TYPES).values(**row, code="x-forged", name="Forged")
    connection.execute(forged, execution_options=AUDITED)


ROADS = [changed_raw, deleted_raw, changed_in_core, inserted_in_core]


def names(house: House) -> list[str]:
    with house.work() as session:
        return list(session.scalars(sa.select(ItemType.name).where(ItemType.code.like("x-%"))))


@pytest.mark.parametrize("past", ROADS)
def test_rows_changed_past_the_trail_stop_the_commit(
    north: House, kind: UUID, past: Change
) -> None:
    with pytest.raises(Exception, match=PAST), north.work() as session:
        past(session, kind)
    assert names(north) == ["Map"]


def beside(session: Session, kind: UUID, past: Change) -> None:
    session.add(ItemType(code="x-globe", name="Globe"))
    session.flush()
    past(session, kind)


@pytest.mark.parametrize("past", ROADS)
def test_neither_do_they_hide_behind_rows_that_are_told(
    north: House, kind: UUID, past: Change
) -> None:
    with pytest.raises(Exception, match=PAST), north.work() as session:
        beside(session, kind, past)
    assert names(north) == ["Map"]


def test_what_a_savepoint_took_back_counts_on_neither_side(north: House, kind: UUID) -> None:
    with north.work() as session:
        savepoint = session.begin_nested()
        changed_raw(session, kind)
        session.add(ItemType(code="x-globe", name="Globe"))
        session.flush()
        savepoint.rollback()
        with session.begin_nested():
            session.add(ItemType(code="x-atlas", name="Atlas"))
    assert sorted(names(north)) == ["Atlas", "Map"]


def test_a_transaction_tells_how_many_rows_it_changed(north: House, kind: UUID) -> None:
    with north.work() as session:
        bulk.insert(session, ItemType, [{"code": f"x-{n}", "name": f"Kind {n}"} for n in range(30)])
        session.scalars(sa.select(ItemType).where(ItemType.id == kind)).one().name = "Sheet map"
    with north.work() as session:
        assert session.scalars(NEWEST).one().row_changes == 31


def test_a_row_that_ends_as_it_was_is_counted_and_leaves_no_line(north: House, kind: UUID) -> None:
    with north.work() as session:
        found = session.scalars(sa.select(ItemType).where(ItemType.id == kind)).one()
        for name in ("Sheet map", "Map"):
            found.name = name
            session.flush()
    with north.work() as session:
        newest = session.scalars(sa.select(AuditTransaction).order_by(AuditTransaction.id)).all()[
            -1
        ]
        lines = sa.select(AuditEntry).where(AuditEntry.transaction_id == newest.id)
        assert newest.row_changes == 2
        assert session.scalars(lines).all() == []


def test_history_cannot_be_replaced_either(north: House, kind: UUID, dialect: str) -> None:
    """SQLite deletes what INSERT OR REPLACE replaces, and by itself no trigger hears of it."""
    replace = {
        "sqlite": "INSERT OR REPLACE INTO item_types_version "
        "SELECT * FROM item_types_version WHERE tenant_id = {}",
        "postgresql": "INSERT INTO item_types_version SELECT * FROM item_types_version "
        "ON CONFLICT (tenant_id, id, transaction_id) DO UPDATE SET name = 'Forged'",
    }[dialect]
    with pytest.raises(Exception, match=r"append-only|permission denied"), north.work() as session:
        run(session, replace)
