"""Versions stay in the order of their transactions, also after the clock went back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.audit import order
from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.testing.house import House

NAMES = ["Map", "Atlas", "Globe"]


def rename(house: House, kind: UUID, name: str, at: datetime) -> None:
    with clock.held_at(at), house.work() as session:
        session.scalars(sa.select(ItemType).where(ItemType.id == kind)).one().name = name


def history(house: House, kind: UUID) -> list[str]:
    version = version_of(ItemType)
    with house.work() as session:
        wanted = sa.select(version.name).where(version.id == kind)
        return list(session.scalars(wanted.order_by(version.transaction_id)))


@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "restarted"])
def test_a_clock_that_goes_back_leaves_history_in_order(
    north: House, kind: UUID, monkeypatch: pytest.MonkeyPatch, *, restarted: bool
) -> None:
    noon = clock.now() + timedelta(hours=1)
    rename(north, kind, "Atlas", noon)
    if restarted:
        monkeypatch.setattr(order, "_highest", {})
    rename(north, kind, "Globe", noon - timedelta(minutes=30))
    assert history(north, kind) == NAMES


def test_a_transaction_keeps_the_time_that_its_clock_told(north: House, kind: UUID) -> None:
    noon = clock.now().replace(tzinfo=UTC) + timedelta(hours=1)
    rename(north, kind, "Atlas", noon)
    earlier = noon - timedelta(minutes=30)
    rename(north, kind, "Globe", earlier)
    with north.work() as session:
        last = sa.select(AuditTransaction.at).order_by(AuditTransaction.id.desc()).limit(1)
        assert session.scalar(last) == earlier


def test_rows_that_nobody_changed_meanwhile_keep_ids_of_their_time(
    north: House, kind: UUID
) -> None:
    """One wrong clock must not drag along what comes after it."""
    noon = clock.now()
    rename(north, kind, "Atlas", noon + timedelta(days=1))
    with clock.held_at(noon), north.work() as session:
        session.add(ItemType(code="x-new", name="New"))
    with north.work() as session:
        newest = sa.select(AuditTransaction.at).order_by(AuditTransaction.id.desc()).limit(2)
        assert list(session.scalars(newest)) == [noon + timedelta(days=1), noon]
