"""What is committed is sealed, once, in a chain that nobody forks."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.audit.models import AuditTransaction
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType
from stackroom.oversight.seals import showing
from stackroom.oversight.seals.models import (
    AuditCheckpoint,
    AuditSealed,
    AuditSigner,
    AuditUnsealed,
)
from stackroom.oversight.seals.service import sealing
from stackroom.staff.events import SIGNED_IN
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from stackroom.testing.seals import Owner, faults, job, published, rotate, seal, taken
from stackroom.testing.writers import acting
from tenants.database import announce, teach_sqlite


def add(house: House, name: str) -> None:
    with house.work() as session:
        session.add(ItemType(code=f"x-{name}", name=name))


def sealed_ids(house: House) -> list[int]:
    with house.work() as session:
        return list(session.scalars(sa.select(AuditSealed.transaction_id)))


def all_ids(house: House) -> list[int]:
    with house.work() as session:
        return list(session.scalars(sa.select(AuditTransaction.id)))


def test_everything_committed_is_sealed_once(north: House) -> None:
    assert seal(north) == 1
    assert Counter(sealed_ids(north)) == Counter(all_ids(north))
    assert seal(north) == 0
    add(north, "Chart")
    assert seal(north) == 1
    assert Counter(sealed_ids(north)) == Counter(all_ids(north))
    assert faults(taken(north)) == []


def test_checkpoints_are_numbered_without_a_gap_and_name_the_one_before(sealed: House) -> None:
    with sealed.work() as session:
        chain = session.scalars(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.number)).all()
        shown = [showing.checkpoint(each) for each in chain]
    assert [each.number for each in shown] == [1, 2, 3]
    assert [each.previous for each in shown] == ["", shown[0].hash, shown[1].hash]


def test_fifty_people_write_while_two_seal(north: House) -> None:
    """Nobody forks the chain, nothing is missed, and no write fails for it."""

    def write(number: int) -> None:
        with acting(north, Actor(ActorType.PERSON, uuid7(), f"Writer {number}")) as session:
            session.add(ItemType(code=f"w-{number}", name=f"W {number}"))
            session.flush()
            record(SIGNED_IN, label=f"Writer {number}")
        if number % 10 == 0:
            seal(north)

    with ThreadPoolExecutor(50) as threads:
        list(threads.map(write, range(50)))
    seal(north)
    assert Counter(sealed_ids(north)) == Counter(all_ids(north))
    lines = taken(north)
    assert faults(lines) == []
    assert sum(b"Writer " in line and b'"audit_transactions"' in line for line in lines) >= 50


def test_of_two_sealers_at_the_same_place_one_reads_anew(north: House) -> None:
    with job(north):
        first, second = sealing._read(showing.vault()), sealing._read(showing.vault())
        assert first
        assert second
        assert sealing._write(*first)
        assert not sealing._write(*second)
        assert sealing._read(showing.vault()) is None
    assert faults(taken(north)) == []


def test_a_clock_that_goes_back_does_no_harm(sealed: House) -> None:
    with clock.held_at(clock.now() - timedelta(days=400)):
        add(sealed, "Atlas")
        assert seal(sealed) == 1
    add(sealed, "Print")
    assert seal(sealed) == 1
    assert Counter(sealed_ids(sealed)) == Counter(all_ids(sealed))
    assert faults(taken(sealed)) == []


@pytest.mark.parametrize("end", [RuntimeError, SystemExit])
def test_what_is_rolled_back_leaves_nothing(north: House, end: type[BaseException]) -> None:
    """A refusal, and a process that ends between a write and its event."""
    seal(north)
    before = all_ids(north)

    def broken() -> None:
        with north.work() as session:
            session.add(ItemType(code="lost", name="Lost"))
            session.flush()
            raise end

    with pytest.raises(end):
        broken()
    assert all_ids(north) == before
    with north.work() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditUnsealed)) == 0
        assert session.scalar(sa.select(ItemType).where(ItemType.code == "lost")) is None
    assert seal(north) == 0


def test_a_suspended_organisation_is_sealed_as_well(north: House) -> None:
    north.suspend()
    assert seal(north) == 1
    assert faults(taken(north)) == []


def test_a_new_key_is_signed_by_the_old_one_which_is_destroyed(sealed: House) -> None:
    before = published(sealed)
    rotate(sealed)
    assert seal(sealed) == 1
    after = published(sealed)
    assert [key["number"] for key in after] == [1, 2]
    assert after[1]["signed_by"] == before[0]["id"]
    with sealed.work() as session:
        assert session.scalars(sa.select(AuditSigner.number)).all() == [2]
        signed_by = session.scalars(
            sa.select(AuditCheckpoint.key_id).order_by(AuditCheckpoint.number)
        ).all()
    assert signed_by == [*[before[0]["id"]] * 3, after[1]["id"]]
    # whoever trusted the first key before trusts what follows
    assert faults(taken(sealed), trusted=before) == []


def test_a_key_that_was_lost_is_followed_by_one_that_must_be_known(owner: Owner) -> None:
    before = published(owner.house)
    owner.tampers("DELETE FROM audit_signers WHERE tenant_id = :tenant")
    assert seal(owner.house) == 0  # nothing waits
    add(owner.house, "Atlas")
    assert seal(owner.house) >= 1
    lines = taken(owner.house)
    told = faults(lines, trusted=before)
    assert "no key before it vouches for it" in told[0]
    assert faults(lines, trusted=published(owner.house)) == []


@pytest.mark.parametrize("table", ["audit_checkpoints", "audit_sealed", "audit_keys"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_the_app_can_neither_change_nor_delete_them(
    sealed: House, home: TestDatabase, table: str, change: str
) -> None:
    engine = sa.create_engine(home.app_url)
    if engine.dialect.name == "sqlite":
        teach_sqlite(engine)
    with engine.connect() as connection:
        announce(connection, sealed.tenant.id)
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            connection.exec_driver_sql(change.format(table))
        connection.rollback()
    engine.dispose()
