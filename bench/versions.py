"""Versions by the million: three tables of history and the peer's one, filled inside PostgreSQL.

Version n is by actor n % 20 of record n % records, in a transaction of its own, at instants that
lie evenly over four years; every tenth belongs to the house that is asked.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bench.writers.jsonb import POSTGRESQL as PEER
from bench.writers.tables import VERSIONS
from stackroom.audit import ids, partitions
from stackroom.core import clock

YEARS = 4
OTHERS = 99
SHARE = 10
"""One in so many versions is the house's."""
ACTORS, CHANGES = 20, 20
"""People who changed records, and versions of one record."""
ACTIONS = ("bib.updated", "bib.updated", "bib.updated", "bib.created", "bib.deleted")
FILLED = ("audit_transactions", "audit_entries", "bibs_version", "jsonb_audit")
OTHER = {"tenant_id", "id", "transaction_id", "operation_type", "title", "revision"}


@dataclass(frozen=True, slots=True)
class Filling:
    """`house` is the number of the organisation that is asked, `number` of all versions."""

    house: int
    number: int

    @property
    def records(self) -> int:
        return max(1, self.number // CHANGES)

    @property
    def began(self) -> datetime:
        return datetime(clock.now().year - YEARS, 1, 1, tzinfo=UTC)

    @property
    def step(self) -> timedelta:
        return timedelta(days=365 * YEARS) / self.number

    def transaction(self, number: int) -> int:
        return ids.first(self.began) + number * self._step

    @property
    def _step(self) -> int:
        return (self.step // timedelta(microseconds=1)) << ids.LOW_BITS

    def own(self, turn: int) -> int:
        """The number of one of the house's versions."""
        return (turn * 7919 * SHARE) % self.number // SHARE * SHARE

    def record(self, number: int) -> UUID:
        return UUID(f"00000000-0000-4000-8000-{number % self.records:012x}")

    def actor(self, number: int) -> UUID:
        return UUID(f"00000000-0000-4000-9000-{number // SHARE % ACTORS:012x}")

    def sql(self) -> dict[str, str]:
        def key(area: str, number: str) -> str:
            return f"('00000000-0000-4000-{area}-' || lpad(to_hex({number}), 12, '0'))::uuid"

        step = f"interval '{self.step.total_seconds()} s'"
        return {
            "tenant": f"CASE WHEN n % {SHARE} = 0 THEN {self.house} ELSE 100000 + n % {OTHERS} END",
            "transaction": f"{ids.first(self.began)} + n * {self._step}",
            "record": key("8000", f"n % {self.records}"),
            "actor": key("9000", f"n / {SHARE} % {ACTORS}"),
            "at": f"timestamptz '{self.began:%Y-%m-%d} UTC' + n * {step}",
            "action": f"(ARRAY{list(ACTIONS)})[1 + n / {SHARE} % {len(ACTIONS)}]",
            "title": "'Title ' || n % 9973",
            "rows": f"generate_series(0::bigint, {self.number - 1}) n",
        }  # fmt: skip


TRANSACTIONS = """
INSERT INTO audit_transactions (tenant_id, id, at, actor_type, actor_id, actor_label, actor_words,
    on_behalf_of, channel, request_id, ip, user_agent, reason, roles, by_right, row_changes)
SELECT {tenant}, {transaction}, {at}, 'person', {actor}, 'Person ' || n % 20, 'person ' || n % 20,
    '', 'api', 'request-' || n, '192.0.2.7', 'Firefox', '', '["librarian"]', 'bibs.write', 1
FROM {rows}
"""
ENTRIES = """
INSERT INTO audit_entries (tenant_id, transaction_id, position, action, subject_type, subject_id,
    subject_label, words)
SELECT {tenant}, {transaction}, 0, {action}, 'bib', {record}, {title}, lower({title}) FROM {rows}
"""
BIBS = """
INSERT INTO bibs_version (tenant_id, id, transaction_id, operation_type, title, revision, {columns})
SELECT {tenant}, {record}, {transaction}, 1, {title}, 1, {values} FROM {rows}
"""
JSONB = """
INSERT INTO jsonb_audit (tenant_id, at, actor, kind, action, row_id, before, after)
SELECT {tenant}, {at}, {actor}, 'bibs', {action}, {record},
    jsonb_build_object('id', n, 'title', {title}, {json}),
    jsonb_build_object('id', n, 'title', {title}, {json}) FROM {rows}
"""
VALUES = {
    "author": "'Ridley, Matt'", "language": "'eng'", "year": "1996", "publisher": "'Viking'",
    "material": "'book'", "subjects": "'[\"Ethics\"]'::jsonb",
    "marc": '\'{"leader": "00000nam a2200000 a 4500", "fields": [{"001": "1"}]}\'::jsonb',
}  # fmt: skip


def fill(root: sa.Connection, filling: Filling) -> None:
    """As a superuser whose session fires no triggers: nobody acts here."""
    named = filling.sql()
    known = [name for name in VALUES if name in VERSIONS.c]
    named |= {
        "columns": ", ".join(known), "values": ", ".join(VALUES[name] for name in known),
        "json": ", ".join(f"'{name}', {VALUES[name]}" for name in known),
    }  # fmt: skip
    root.exec_driver_sql(PEER)
    for setting in ("session_replication_role = replica", "maintenance_work_mem = '1GB'"):
        root.exec_driver_sql(f"SET {setting}")
    for table in FILLED[:-1]:
        for year in range(filling.began.year, filling.began.year + YEARS):
            if not partitions.exists(root, partitions.part(table, year)):
                partitions.make(root, table, year)
    anew = [index for table in FILLED for index in _dropped(root, table)]
    for statement in (TRANSACTIONS, ENTRIES, BIBS, JSONB):
        root.exec_driver_sql(statement.format(**named).replace("%", "%%"))
    for index in anew:
        root.exec_driver_sql(index)
    for table in FILLED:
        root.exec_driver_sql(f"VACUUM ANALYZE {table}")


def _dropped(root: sa.Connection, table: str) -> list[str]:
    """The indexes of a table but its key, which are made sooner than they are kept up."""
    asked = (
        "SELECT indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes "
        "WHERE schemaname = 'public' AND tablename = %s AND indexdef NOT LIKE 'CREATE UNIQUE%%'"
    )
    found = root.exec_driver_sql(asked, (table,)).all()
    for name, _ in found:
        root.exec_driver_sql(f"DROP INDEX {name}")
    return [definition.replace("%", "%%") for _, definition in found]
