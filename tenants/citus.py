"""How the tables spread over a Citus cluster: by organisation, each with all its rows on one node.

Generated from the models, so that a new table is covered on the day it is written; the standing
test is tests/architecture/test_citus.py, the story docs/sharding.md.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from tenants.orm import Base, scoped_tables

KEY = "tenant_id"
SEARCH = "bib_search"
"""Made by hand in a migration, so it is no model."""
POLICY = "tenant_id = nullif(current_setting('app.tenant', true), '')::int"
"""Citus refuses a policy that holds a subquery (`Subqueries are not supported in policies on
distributed tables`), so ours is written without; it is asked once a row instead of once."""


def statements(history: frozenset[str]) -> Iterator[str]:
    """Run once by a superuser on the coordinator, on empty tables at head. `history` names the
    tables with append-only triggers, which Citus calls unsafe: ours read no table."""
    yield "SET citus.enable_unsafe_triggers TO on"
    yield "ALTER DATABASE :DBNAME SET citus.enable_unsafe_triggers TO on"
    yield "ALTER DATABASE :DBNAME SET citus.propagate_set_commands TO 'local'"
    for table in shared_tables():
        yield f"SELECT create_reference_table('{table.name}')"
    previous = ""
    for name in distributed():
        if name in history:
            yield f"-- {name} has triggers"
        yield (
            f"ALTER POLICY wall ON {name} USING ({POLICY})"
            if name != SEARCH
            else (f"-- {SEARCH}: its policy holds no subquery")
        )
        beside = f", colocate_with => '{previous}'" if previous else ""
        yield f"SELECT create_distributed_table('{name}', '{KEY}'{beside})"
        previous = previous or name


def shared_tables() -> list[sa.Table]:
    return [table for table in Base.metadata.sorted_tables if KEY not in table.c]


def distributed() -> list[str]:
    """In an order in which each foreign key finds its table distributed."""
    return [*(table.name for table in scoped_tables()), SEARCH]
