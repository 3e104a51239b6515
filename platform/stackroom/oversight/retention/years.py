"""A whole year of every organisation of this installation, database by database."""

from collections.abc import Iterator

import sqlalchemy as sa

from config import Settings
from stackroom.core import clock, migrations
from stackroom.core.database import behind_the_scenes, db, placement, transaction
from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.oversight.retention import archiving, departing, queries
from stackroom.oversight.retention.errors import NotArchived
from tenants import context
from tenants.context import Tenant
from tenants.lifecycle import Status
from tenants.models import Organisation


def archive_year(year: int) -> Iterator[str]:
    """Write each organisation's file, then let the year leave each database. Yields a sentence for
    each thing done. Run again after a crash it goes on: what is archived is not written twice.

    Raises NotArchived: nothing has left.
    """
    settings = app().settings
    _refuse(year, settings)
    homes: dict[str, list[Tenant]] = {url: [] for url in migrations.owned(settings)}
    everybody = _organisations()
    if reasons := [said for tenant in everybody if (said := _stays(tenant, year))]:
        raise NotArchived("; ".join(reasons))
    for tenant in everybody:
        homes[_home(tenant, settings)].append(tenant)
    for owner_url, tenants in homes.items():
        yield from _leave(owner_url, tenants, year)


def _refuse(year: int, settings: Settings) -> None:
    floor = settings.audit_retention_floor_years
    if not queries.may_leave(year, floor, clock.now()):
        raise NotArchived(f"{year} lies within the {floor} years that nobody may archive")
    if not settings.database.startswith("postgresql"):
        raise NotArchived(
            "SQLite keeps history in tables that may only be added to, so no year can leave them; "
            "archives need PostgreSQL"
        )


def _organisations() -> list[Tenant]:
    with transaction(), context.unscoped("archive a year of every organisation"):
        here = sa.select(Organisation).where(Organisation.status != Status.PURGED)
        return [found.as_tenant() for found in db.session.scalars(here.order_by(Organisation.slug))]


def _home(tenant: Tenant, settings: Settings) -> str:
    """The owner's address of the database in which it lives."""
    silo = placement().bind_for(tenant)
    for name, engine in db.engines.items():
        if engine is silo and name is not None:
            return settings.silos[name].owner_database
    return settings.owner_database


def _stays(tenant: Tenant, year: int) -> str:
    with context.acting_for(tenant), transaction():
        why = archiving.stays(year)
    return f"{tenant.slug} {why}" if why else ""


def _leave(owner_url: str, tenants: list[Tenant], year: int) -> Iterator[str]:
    archived = {}
    for tenant in tenants:
        with context.acting_for(tenant), behind_the_scenes():
            counts = archiving.archive(year, files(app().settings))
        archived[tenant.id] = counts
        yield f"{tenant.slug}: {sum(counts.values()):,} rows of {year} are in its archive."
    with migrations.as_owner(owner_url) as connection:
        gone = departing.depart(connection, year, archived, clock.now())
    yield f"{gone:,} rows of {year} have left the database."
