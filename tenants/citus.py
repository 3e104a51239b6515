"""How the tables spread over a Citus cluster: by organisation, each with all its rows on one node.

Made from the models, so that a new table is spread on the day it is written. What it means and
what is known to differ: docs/sharding.md; the rules: tests/architecture/test_citus.py.
"""

from collections.abc import Iterator

from tenants.orm import scoped_tables, shared_tables

KEY = "tenant_id"
FIRST = "accounts"
"""The others are put beside it; it refers to none of them."""
SEARCH = "bib_search"
"""Made by hand in a migration, so it is no model; its policy is the owner's and names no row."""
WALL = f"{KEY} = nullif(current_setting('app.tenant', true), '')::int"
"""The policy without its subquery, which Citus refuses; asked for each row instead of once."""


def statements() -> Iterator[str]:
    """For psql, by a superuser on the coordinator, on a database at head that is still empty."""
    yield "SET citus.enable_unsafe_triggers TO on"  # ours stay with their own organisation
    for setting, value in (("enable_unsafe_triggers", "on"), ("propagate_set_commands", "'local'")):
        yield f'ALTER DATABASE :"DBNAME" SET citus.{setting} TO {value}'
    for table in shared_tables():  # on every node, so that any scoped table may be joined with them
        yield f"SELECT create_reference_table('{table.name}')"
    names = [table.name for table in scoped_tables()]
    for name in names:
        yield f"ALTER POLICY wall ON {name} USING ({WALL})"
    yield f"SELECT create_distributed_table('{FIRST}', '{KEY}')"
    for name in (*(each for each in names if each != FIRST), SEARCH):
        yield f"SELECT create_distributed_table('{name}', '{KEY}', colocate_with => '{FIRST}')"
