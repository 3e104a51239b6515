"""Every table of an organisation meets Citus's rules for a table distributed by `tenant_id`.

https://docs.citusdata.com: the distribution column stands in every key and every unique or
exclusion constraint, foreign keys lead to co-located or reference tables and hold it on both sides,
and nothing hangs on a sequence of one node.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.audit.versioning import history_tables
from tenants import citus
from tenants.orm import Base, scoped_tables

SCOPED = {table.name for table in scoped_tables()}
SHARED = set(Base.metadata.tables) - SCOPED
LIVE = SCOPED | {citus.SEARCH}
DDL = list(citus.statements())


def rows(owner: sa.Connection, question: str) -> Sequence[Any]:
    """Of tables with a `tenant_id`, whether a model knows them or not."""
    found = owner.execute(
        sa.text(
            "WITH scoped AS (SELECT c.oid, c.relname, a.attnum AS key FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')) " + question
        )
    )
    return found.all()


def test_no_foreign_key_joins_an_organisations_table_with_a_shared_one() -> None:
    """It could not be kept between two databases (a silo), and Citus has it one way only."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            assert (table.name in SCOPED) == (key.referred_table.name in SCOPED), key.name


def test_the_ddl_spreads_every_table_once_and_in_order() -> None:
    spread = re.findall(r"distributed_table\('(\w+)'", "\n".join(DDL))
    assert sorted(spread) == sorted(LIVE)
    everywhere = [
        found[1] for line in DDL if (found := re.search(r"reference_table\('(\w+)", line))
    ]
    assert set(everywhere) == SHARED
    for table in scoped_tables():
        for key in table.foreign_key_constraints:
            assert spread.index(key.referred_table.name) <= spread.index(table.name), key.name


def test_all_tables_lie_beside_the_first() -> None:
    lines = [line for line in DDL if "create_distributed_table" in line]
    first = re.findall(r"'(\w+)'", lines[0])[0]
    assert all(line.endswith(f"colocate_with => '{first}')") for line in lines[1:])


def test_the_policies_hold_no_subquery() -> None:
    """Citus: “Subqueries are not supported in policies on distributed tables”."""
    changed = {found[1] for line in DDL if (found := re.match(r"ALTER POLICY wall ON (\w+)", line))}
    assert changed == SCOPED
    assert "select" not in citus.WALL.lower()


def test_the_document_shows_what_is_printed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sharding.md").read_text()
    shown = re.findall(r"^((?:SELECT create|ALTER|SET).*);$", text, re.MULTILINE)
    assert len(shown) > 5
    assert set(shown) <= set(DDL)


@pytest.mark.postgresql
class TestLiveTables:
    def test_they_are_the_tables_that_are_spread(self, owner: sa.Connection) -> None:
        assert {row[0] for row in rows(owner, "SELECT relname FROM scoped")} == LIVE

    def test_every_key_holds_the_organisation(self, owner: sa.Connection) -> None:
        """Primary keys, unique and exclusion constraints, unique and partial unique indexes."""
        without = "SELECT conname FROM pg_constraint k JOIN scoped s ON s.oid = k.conrelid "
        assert (
            rows(owner, without + "WHERE contype IN ('p', 'u', 'x') AND key <> ALL (conkey)") == []
        )
        without = "SELECT indexrelid::regclass FROM pg_index i JOIN scoped s ON s.oid = i.indrelid "
        unique = "WHERE indisunique AND key <> ALL (indkey::int2[])"
        assert not rows(owner, without + unique)

    def test_every_table_has_a_primary_key(self, owner: sa.Connection) -> None:
        none = "SELECT relname FROM scoped s WHERE NOT EXISTS (SELECT FROM pg_constraint "
        assert not rows(owner, none + "WHERE conrelid = s.oid AND contype = 'p')")

    def test_every_foreign_key_holds_it_on_both_sides(self, owner: sa.Connection) -> None:
        wrong = (
            "SELECT conname FROM pg_constraint k JOIN scoped s ON s.oid = k.conrelid "
            "LEFT JOIN scoped t ON t.oid = k.confrelid WHERE contype = 'f' AND (t.oid IS NULL "
            "OR array_position(conkey, s.key) IS DISTINCT FROM array_position(confkey, t.key))"
        )
        assert not rows(owner, wrong)

    def test_no_deletion_sets_the_organisation_to_nothing(self, owner: sa.Connection) -> None:
        """ON DELETE SET NULL or SET DEFAULT would touch the distribution column."""
        sets = "SELECT conname FROM pg_constraint k JOIN scoped s ON s.oid = k.conrelid "
        assert not rows(owner, sets + "WHERE contype = 'f' AND confdeltype IN ('n', 'd')")

    def test_nothing_hangs_on_a_sequence(self, owner: sa.Connection) -> None:
        serial = (
            "SELECT relname, attname FROM scoped s JOIN pg_attribute a ON a.attrelid = s.oid "
            "LEFT JOIN pg_attrdef d ON d.adrelid = s.oid AND d.adnum = a.attnum "
            "WHERE attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE '%nextval%'"
        )
        assert not rows(owner, serial)

    def test_triggers_stay_with_the_rows_of_their_organisation(self, owner: sa.Connection) -> None:
        """They need `citus.enable_unsafe_triggers`, which is safe for what stays on its node:
        append-only ones and tripwires touch no other table, and the queues of a transaction lie
        beside it."""
        triggers = (
            "SELECT relname, prosrc, tgname FROM scoped s JOIN pg_trigger t ON t.tgrelid = s.oid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT tgisinternal"
        )
        found = rows(owner, triggers)
        kept = {row[0] for row in found if row[2] != "tripwire"}
        assert kept == history_tables() & {it.name for it in scoped_tables()}
        sources = "".join({str(row[1]) for row in found})
        assert set(re.findall(r"FROM (\S+)", sources)) == {"pg_catalog.pg_class", "webhooks"}
        written = set(re.findall(r"INSERT INTO (\S+)", sources))
        assert written == {"audit_unsealed", "webhook_queue"}

    def test_no_view_rule_or_inheritance_stands_in_the_way(self, owner: sa.Connection) -> None:
        inherited = "SELECT inhrelid FROM pg_inherits JOIN scoped s ON s.oid = inhparent "
        declared = "(SELECT relispartition FROM pg_class WHERE oid = inhrelid)"
        assert not rows(owner, f"{inherited} WHERE NOT {declared}")
        assert (
            rows(owner, "SELECT rulename FROM pg_rewrite JOIN scoped s ON s.oid = ev_class") == []
        )
