"""Versions of many rows, copied by the database from the rows themselves: a record that has just
been sent is not sent a second time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tenants.wall import HISTORY

FEW = 20
"""So many rows are sent sooner than they are copied."""
AT_ONCE = 5000
"""Keys in one statement; SQLite takes 32,766 parameters, PostgreSQL 65,535."""


def copy(
    connection: sa.Connection,
    live: sa.Table,
    history: sa.Table,
    keys: Sequence[UUID],
    stamp: Mapping[str, Any],
) -> None:
    """Add a version of each row as it stands now. `stamp` holds the columns that are history's
    own, and `tenant_id`."""
    shared = [column.name for column in history.c if column.name in live.c]
    own = [column for column in history.c if column.name not in live.c]
    stamps = [sa.literal(stamp[column.name], column.type) for column in own]
    names = [*shared, *(column.name for column in own)]
    rows = sa.select(*(live.c[name] for name in shared), *stamps)
    for some in parts(keys):
        which = rows.where(live.c.tenant_id == stamp["tenant_id"], live.c.id.in_(some))
        statement = history.insert().from_select(names, which)
        connection.execute(statement, execution_options=HISTORY)


def parts(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
