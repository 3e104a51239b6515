"""Organisations whose days are over, without waiting for them."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import transaction
from stackroom.lifecycle import purging, service
from stackroom.testing.house import House
from tenants import context
from tenants.models import Organisation

Act = Callable[[], object]


def do(house: House, act: Act) -> None:
    """One act of the operator; the house knows what has become of it."""
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.CLI)),
    ):
        try:
            with transaction():
                act()
        finally:
            with transaction():
                house.tenant = service.present().as_tenant()
    house.app.resolver.forget(house.tenant.host)


def close(house: House, reason: str = "The town has decided so.") -> None:
    do(house, lambda: service.close(reason, days=30))


def end_days(house: House) -> None:
    """The last day of a closing organisation has passed."""

    def let_pass() -> None:
        service.present().closes_at = clock.now() - timedelta(minutes=1)

    do(house, let_pass)


def purge(house: House) -> str:
    """Close, let the days pass, purge; the certificate."""
    close(house)
    end_days(house)
    return go_on(house)


def go_on(house: House) -> str:
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.CLI)),
    ):
        return purging.purge()


def standing(house: House) -> Organisation:
    """As it stands in the database."""
    with house.app.app_context(), transaction() as session, context.unscoped("a test looks"):
        found = session.scalars(
            sa.select(Organisation).where(Organisation.uuid == house.tenant.uuid)
        ).one()
        session.expunge(found)
        return found
