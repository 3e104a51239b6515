"""All rows of an organisation, to see that nothing of them has changed."""

from typing import Any

import sqlalchemy as sa

from stackroom.testing.house import House
from tenants.orm import Base, scoped_tables
from tenants.wall import KERNEL

Snapshot = dict[str, list[tuple[Any, ...]]]


def snapshot(house: House) -> Snapshot:
    """By table, in the order of the primary key."""
    with house.work("admin") as session:
        connection = session.connection(execution_options=KERNEL)
        return {table.name: _rows(connection, table, house.tenant.id) for table in scoped_tables()}


def _rows(connection: sa.Connection, table: sa.Table, tenant_id: int) -> list[tuple[Any, ...]]:
    statement = sa.select(table).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
    return [tuple(row) for row in connection.execute(statement)]


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    """Names of the tables that differ."""
    return [table for table in before if before[table] != after[table]]


def marks(house: House) -> frozenset[str]:
    """What gives an organisation away where nobody has asked for it: its ids, its names."""
    found = {house.tenant.slug, str(house.tenant.uuid)}
    with house.work("admin") as session:
        for mapper in Base.registry.mappers:
            columns = mapper.local_table.c
            if "tenant_id" in columns and isinstance(columns.get("id"), sa.Column):
                found |= {str(each) for each in session.scalars(sa.select(mapper.class_.id))}
    return frozenset(each for each in found if len(each) > 8)
