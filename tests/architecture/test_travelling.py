"""Every table of an organisation either leaves with it or says why it stays."""

import pytest
import sqlalchemy as sa

from stackroom.core.canonical import Shape
from stackroom.lifecycle.bundle.travelling import STAYS, TRAVELS, tables
from tenants.orm import scoped_tables

LIVE = {table.name.removesuffix("_version") for table in scoped_tables()}
KEY_TYPES = (sa.Uuid, sa.Integer)
"""Both databases sort them alike; text they do not."""


def test_every_scoped_table_travels_or_says_why_it_stays() -> None:
    assert not TRAVELS & STAYS.keys()
    assert TRAVELS | STAYS.keys() == LIVE, "name each table in bundle/travelling.py"
    assert all(len(why) > 20 for why in STAYS.values())


def test_history_travels_with_what_it_tells_of() -> None:
    names = {table.name for table in tables()}
    assert {"audit_transactions", "audit_entries"} <= names
    for table in scoped_tables():
        if table.name.endswith("_version"):
            assert (table.name in names) == (table.name.removesuffix("_version") in names)


def test_no_table_that_travels_refers_to_one_that_stays() -> None:
    names = {table.name for table in tables()}
    for table in tables():
        for key in table.foreign_key_constraints:
            assert key.referred_table.name in names, f"{table.name} would arrive without its parent"


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_table_that_travels_has_a_canonical_form(table: sa.Table) -> None:
    shape = Shape(table)  # raises for a type that nobody has said how to write
    assert "tenant_id" not in {column.name for column in shape.columns}
    assert all(isinstance(column.type, KEY_TYPES) for column in shape.key)


def test_no_secret_travels_but_hashes_of_passwords() -> None:
    secret = ("hash", "secret", "token", "otp")
    found = {
        f"{table.name}.{column.name}"
        for table in tables()
        for column in table.c
        if any(word in column.name for word in secret)
    }
    assert found == {"accounts.password_hash"}
