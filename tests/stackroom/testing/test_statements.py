"""The inspection of every statement finds what it is there to find."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from stackroom.catalogue.models import Item
from stackroom.testing.house import House
from stackroom.testing.statements import ROOT, Inspection, judge
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


def leaking(source: str, **names: object) -> Inspection:
    """Run one line of the product's, with an inspection of its own, on an engine without wall."""
    inspection = Inspection()
    engine = sa.create_engine("sqlite://")
    Item.__table__.create(engine)  # type: ignore[attr-defined]
    sa.event.listen(engine, "before_cursor_execute", inspection.look)
    with engine.connect() as connection:
        exec(compile(source, OF_OURS, "exec"), {"connection": connection, "sa": sa, **names})
    engine.dispose()
    return inspection


def test_a_leak_is_told_with_the_line_that_sent_it(north: House) -> None:
    with context.acting_for(north.tenant):
        found = leaking("\nconnection.execute(sa.text('SELECT id FROM items'))")
    (leak,) = found.leaks
    assert leak.startswith("platform/stackroom/leaking.py:2: the organisation is not named")
    assert leak.endswith("SELECT id FROM items")


def test_a_statement_for_nobody_is_a_leak() -> None:
    source = "connection.execute(sa.text('SELECT id FROM items WHERE items.tenant_id = 1'))"
    assert "no organisation is open" in str(leaking(source).leaks)
    with context.unscoped("a test"):
        assert leaking(source).leaks
        source = "connection.execute(sa.text('SELECT id FROM items WHERE 0 = 1'))"
        assert not leaking(source).leaks


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
