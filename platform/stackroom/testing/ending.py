"""Organisations whose days are over, without waiting for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import transaction
from stackroom.core.organisation import present
from stackroom.lifecycle import purging, service
from stackroom.testing.house import House
from tenants import context
from tenants.models import Organisation

R = TypeVar("R")


def act_as_system(house: House, work: Callable[[], R]) -> R:
    """As a chore does: with the organisation open, and transactions of the work's own."""
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        return work()


def do(house: House, act: Callable[[], object]) -> None:
    """One act in one transaction; the house knows what has become of it."""
    act_as_system(house, lambda: _in_transaction(act))
    host, house.tenant = house.tenant.host, standing(house).as_tenant()
    house.app.resolver.forget(host)


def _in_transaction(act: Callable[[], object]) -> None:
    with transaction():
        act()


def close(house: House, reason: str = "The town has decided so.") -> None:
    do(house, lambda: service.close(reason, days=30))


def end_days(house: House) -> None:
    """The last day of a closing organisation has passed; its export was made meanwhile."""
    house.deliver()

    def let_pass() -> None:
        present().closes_at = clock.now() - timedelta(minutes=1)

    do(house, let_pass)


def purge(house: House) -> str:
    """Close, let the days pass, purge; the certificate."""
    close(house)
    end_days(house)
    return go_on(house)


def go_on(house: House) -> str:
    return act_as_system(house, purging.purge)


def standing(house: House) -> Organisation:
    """As it stands in the database."""
    with house.app.app_context(), transaction() as session, context.unscoped("a test looks"):
        found = session.scalars(
            sa.select(Organisation).where(Organisation.uuid == house.tenant.uuid)
        ).one()
        session.expunge(found)
        return found
