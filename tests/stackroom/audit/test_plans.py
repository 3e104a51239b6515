"""Every filter finds its lines by an index that begins with the organisation."""

import re
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from stackroom.audit import folding
from stackroom.audit.filters import EntryQuery
from stackroom.audit.narrowing import narrowed, narrowing
from stackroom.audit.records import _history
from stackroom.catalogue.models import ItemType
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House, open_house

PARTS = """
SELECT part.relname, whole.relname FROM pg_inherits
JOIN pg_class part ON part.oid = inhrelid JOIN pg_class whole ON whole.oid = inhparent
WHERE part.relkind = 'i'
"""
"""PostgreSQL names the indexes of a year's part itself: here they are called as their table's."""
ONE = "0190f5a0-7f3e-7cc4-8a5e-9b1d2c3e4f50"
LED = {
    "ix_audit_entries_action": {"action": "bib.updated"},
    "ix_audit_entries_subject": {"subject_id": ONE},
    "ix_audit_entries_kind": {"subject_type": "bib"},
    "ix_audit_entries_library": {"library_id": ONE},
    "ix_audit_transactions_actor": {"actor": ONE},
    "ix_audit_transactions_channel": {"channel": "import"},
    "ix_audit_transactions_batch": {"batch_id": ONE},
    "ix_audit_transactions_request": {"request_id": "r-1"},
    "ix_audit_transactions_let_in": {"impersonated": True},
}


@pytest.fixture(scope="module")
def long(app: Stackroom, home: TestDatabase, dialect: str) -> House:
    """With so long a trail that walking it costs more than an index."""
    house = open_house(app, "long")
    for number in range(40):
        with house.work() as session:
            names = [f"{number}-{copy}" for copy in range(30)]
            session.add_all([ItemType(code=name, name=name) for name in names])
    if dialect == "postgresql":  # counts what it plans by
        owner = sa.create_engine(home.owner_url)
        with owner.begin() as connection:
            connection.exec_driver_sql("ANALYZE audit_entries, audit_transactions")
        owner.dispose()
    return house


def plan(house: House, wanted: sa.Select[Any]) -> str:
    """As the organisation itself would run it, behind its wall."""
    with house.work() as session:
        seen: list[tuple[str, Any]] = []

        def note(_c: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
            seen.append((statement, given))

        sa.event.listen(house.engine, "before_cursor_execute", note)
        session.execute(wanted).all()
        sa.event.remove(house.engine, "before_cursor_execute", note)
        statement, given = seen[-1]
        connection = db.session.connection()
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            return "\n".join(row[3] for row in rows)
        for short in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):  # what pays for few rows
            connection.exec_driver_sql(f"SET LOCAL enable_{short} = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", given)
        names = dict(map(tuple, connection.exec_driver_sql(PARTS)))
        told = "\n".join(row[0] for row in rows)
        return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), told)


@pytest.mark.parametrize(("index", "asks"), LED.items(), ids=LED)
def test_a_filter_is_led_by_its_index(long: House, index: str, asks: dict[str, Any]) -> None:
    query = EntryQuery.model_validate({**asks, "before": "800000000000000000-0"})
    found = plan(long, narrowed(query).limit(20))
    assert index in found, found
    # an index that holds (organisation, value, transaction) gives the order as well
    assert "Seq Scan" not in found
    assert "SCAN audit" not in found


@pytest.mark.parametrize("asks", [{}, {"action": "bib.updated"}, {"channel": "web"}], ids=str)
def test_acts_are_found_without_reading_the_trail(long: House, asks: dict[str, Any]) -> None:
    query = EntryQuery.model_validate(asks)
    found = plan(long, folding._heads(narrowing(query), query, None).limit(21))
    assert "Seq Scan" not in found
    assert "SCAN audit" not in found
    assert "ix_audit_transactions_batch" in found


def test_what_is_gone_is_found_by_what_it_belonged_to(long: House) -> None:
    found = plan(long, _history("bib", uuid4()).newest_first().limit(20))
    assert "ix_audit_entries_subject" in found, found
    assert "SCAN audit" not in found
