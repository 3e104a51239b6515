"""The inspection of every statement finds what it is there to find."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from stackroom.catalogue.models import Item
from stackroom.testing.house import House
from stackroom.testing.statements import ROOT, inspection, judge
from tenants import context

HELD = [
    "SELECT items.id FROM items WHERE items.tenant_id = ? AND items.id = ?",
    "SELECT i.id FROM items AS i JOIN bibs AS b ON b.id = i.bib_id AND b.tenant_id = i.tenant_id "
    "WHERE i.tenant_id = %(param_1)s::INTEGER",
    "SELECT items.id FROM items WHERE items.tenant_id = ? AND EXISTS "
    "(SELECT bibs.id FROM bibs WHERE bibs.id = items.bib_id AND bibs.tenant_id = ?)",
    "SELECT items.id FROM items WHERE 0 = 1",
    "UPDATE items SET status=? WHERE items.tenant_id = ? AND items.id = ?",
    "DELETE FROM items WHERE tenant_id = ?",
    'INSERT INTO items (tenant_id, id, "barcode") VALUES (?, ?, ?)',
    "SELECT organisations.id FROM organisations",
]
FOUND_WANTING = [
    "SELECT * FROM items",
    "SELECT items.tenant_id, items.id FROM items WHERE items.id = ?",
    "SELECT i.id FROM items AS i JOIN bibs AS b ON b.id = i.bib_id WHERE i.tenant_id = ?",
    "SELECT items.id FROM items WHERE items.tenant_id = ? AND EXISTS "
    "(SELECT bibs.id FROM bibs WHERE bibs.id = items.bib_id)",
    "SELECT items.id FROM items, bibs WHERE items.tenant_id = ?",
    "UPDATE items SET tenant_id=? WHERE items.id = ?",
    "DELETE FROM items WHERE items.id = ?",
    "INSERT INTO items (id, barcode) VALUES (?, ?)",
    "INSERT INTO items (tenant_id, id) SELECT bibs.tenant_id, bibs.id FROM bibs",
    "WITH page AS (SELECT bibs.id FROM bibs) SELECT page.id FROM page",
]
OF_OURS = str(ROOT / "platform" / "stackroom" / "leaking.py")
"""A name that no file has: code compiled under it counts as the product's."""


@pytest.mark.parametrize("statement", HELD)
def test_a_statement_that_names_its_organisation_is_let_through(statement: str) -> None:
    assert not judge(statement).fault


@pytest.mark.parametrize("statement", FOUND_WANTING)
def test_a_statement_that_does_not_is_found(statement: str) -> None:
    assert judge(statement).fault


@pytest.fixture
def leaks(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Of this test alone: the leaks below are meant, and must not fail the run."""
    found = Counter[str]()
    monkeypatch.setattr(inspection, "leaks", found)
    return found


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    """Of an engine that somebody forgot to wall."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        Item.__table__.create(opened)  # type: ignore[attr-defined]
        yield opened
    engine.dispose()


def run_as_ours(connection: sa.Connection, statement: str) -> None:
    source = f"\nconnection.exec_driver_sql({statement!r})"
    exec(compile(source, OF_OURS, "exec"), {"connection": connection})


def test_a_leak_is_told_with_the_line_that_sent_it(
    north: House, leaks: Counter[str], connection: sa.Connection
) -> None:
    with context.acting_for(north.tenant):
        run_as_ours(connection, "SELECT id FROM items")
    (leak,) = leaks
    assert leak.startswith("platform/stackroom/leaking.py:2: the organisation is not named")
    assert leak.endswith("SELECT id FROM items")


def test_a_statement_for_nobody_is_a_leak(leaks: Counter[str], connection: sa.Connection) -> None:
    run_as_ours(connection, "SELECT id FROM items WHERE items.tenant_id = 1")
    with context.unscoped("a test"):
        run_as_ours(connection, "SELECT barcode FROM items WHERE items.tenant_id = 1")
        run_as_ours(connection, "SELECT status FROM items WHERE 0 = 1")
    assert [leak.split(": ")[1].split(" (")[0] for leak in leaks] == ["no organisation is open"] * 2


def test_what_a_test_sends_is_its_own_affair(
    leaks: Counter[str], connection: sa.Connection
) -> None:
    connection.exec_driver_sql("SELECT id FROM items")
    assert not leaks


@pytest.mark.slow
def test_a_run_with_a_leak_fails(tmp_path: Path) -> None:
    """Though each of its tests has passed."""
    (tmp_path / "test_leaking.py").write_text(
        "import sqlalchemy as sa\n"
        "def test_passes():\n"
        "    engine = sa.create_engine('sqlite://')\n"
        "    with engine.connect() as connection:\n"
        "        run(connection, 'CREATE TABLE items (id)')\n"
        "        run(connection, 'SELECT id FROM items')\n"
        "    engine.dispose()\n"
        f"code = compile('def run(connection, sql): connection.exec_driver_sql(sql)', {OF_OURS!r},"
        " 'exec')\n"
        "exec(code)\n"
    )
    # the tables are known once the app's models are
    command = (
        sys.executable, "-m", "pytest", "-q", "-p", "stackroom.app",
        "-p", "stackroom.testing.statements", "-p", "no:cacheprovider", str(tmp_path),
    )  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "1 passed" in done.stdout
    assert "past the wall, 1 times: platform/stackroom/leaking.py:1" in done.stdout
