"""`stackroom db roles` and `stackroom db check`, on a cluster of its own."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from stackroom.audit.versioning import history_tables
from stackroom.core import migrations
from stackroom.testing import servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.serving import STACKROOM, environment
from tenants import inspection, roles

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
PARAMETERS = {"statement_timeout": "15000", "lock_timeout": "5000"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[servers.PostgresServer]:
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="module")
def made(cluster: servers.PostgresServer) -> TestDatabase:
    """Named as an operator might: the names need quoting."""
    place = f"127.0.0.1:{cluster.port}/Stack-room"
    database = TestDatabase(
        f"postgresql+psycopg://the-app:one%2Fword@{place}",
        f"postgresql+psycopg://the-owner:other@{place}",
    )
    assert len(establish(cluster, database)) == 3
    migrations.upgrade(database.owner_url, "the-app")
    return database


def establish(cluster: servers.PostgresServer, made: TestDatabase) -> list[str]:
    urls = (cluster.superuser_url, made.owner_url, made.app_url)
    return list(roles.establish(*urls, PARAMETERS))


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def superuser(cluster: servers.PostgresServer, database: str = "postgres") -> str:
    url = sa.make_url(cluster.superuser_url)
    return url.set(drivername="postgresql+psycopg", database=database).render_as_string(False)


def faults(made: TestDatabase) -> list[str]:
    engine = sa.create_engine(made.app_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return inspection.faults(connection, "the-app", history_tables())


def test_what_was_made_holds_its_walls(made: TestDatabase) -> None:
    assert faults(made) == []


def test_a_second_time_changes_nothing(cluster: servers.PostgresServer, made: TestDatabase) -> None:
    assert establish(cluster, made) == []
    assert faults(made) == []


def test_the_app_role_has_time_outs_of_its_own(made: TestDatabase) -> None:
    """Behind a pooler, a statement outside any organisation has no others."""
    engine = sa.create_engine(made.app_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in PARAMETERS]
    assert shown == ["15s", "5s"]


ROLE_DRIFT = {
    "superuser": ('ALTER ROLE "the-app" SUPERUSER', "had SUPERUSER", "has SUPERUSER"),
    "bypass": ('ALTER ROLE "the-app" BYPASSRLS', "had BYPASSRLS", "has BYPASSRLS"),
    "owner": ('ALTER ROLE "the-owner" BYPASSRLS', "had BYPASSRLS", "has BYPASSRLS"),
    "member": ('GRANT "the-owner" TO "the-app"', "was a member", "may act as “the-owner”"),
    "create": (
        "GRANT CREATE ON SCHEMA public TO PUBLIC", "could create", "may create in the schema",
    ),
    "table": ('ALTER TABLE loans OWNER TO "the-app"', "loans belonged", "loans belongs"),
    "function": (
        "ALTER FUNCTION bib_search_write(uuid[], text[]) OWNER TO postgres",
        "FUNCTION bib_search_write(uuid[],text[]) belonged", "belongs to “postgres”",
    ),
}  # fmt: skip


@pytest.mark.parametrize("drift", ROLE_DRIFT)
def test_a_role_that_has_drifted_is_found_mended_and_told(
    cluster: servers.PostgresServer, made: TestDatabase, drift: str
) -> None:
    statement, told, found = ROLE_DRIFT[drift]
    run(superuser(cluster, "Stack-room"), statement)
    assert any(found in fault for fault in faults(made))
    assert any(told in sentence for sentence in establish(cluster, made))
    migrations.upgrade(made.owner_url, "the-app")
    assert faults(made) == []


GRANT_DRIFT = {
    "truncate": ('GRANT TRUNCATE ON loans TO "the-app"', "may TRUNCATE on loans"),
    "history": ('GRANT UPDATE ON loans_version TO "the-app"', "may UPDATE on loans_version"),
    "everybody": ("GRANT SELECT ON accounts TO PUBLIC", "“PUBLIC” may SELECT on accounts"),
    "hidden": ('GRANT SELECT ON bib_search TO "the-app"', "may SELECT on bib_search"),
    "lacking": ('REVOKE SELECT ON items FROM "the-app"', "lacks SELECT on items"),
}


@pytest.mark.parametrize("drift", GRANT_DRIFT)
def test_a_grant_that_has_drifted_is_found_and_mended_by_an_upgrade(
    made: TestDatabase, drift: str
) -> None:
    statement, found = GRANT_DRIFT[drift]
    run(made.owner_url, statement)
    assert any(found in fault for fault in faults(made))
    migrations.upgrade(made.owner_url, "the-app")
    assert faults(made) == []


WALL_DRIFT: dict[str, tuple[str, str, str]] = {
    "off": (
        "ALTER TABLE loans DISABLE ROW LEVEL SECURITY",
        "Row-level security is off on loans", "ALTER TABLE loans ENABLE ROW LEVEL SECURITY",
    ),
    "unforced": (
        "ALTER TABLE loans NO FORCE ROW LEVEL SECURITY",
        "is not forced on loans", "ALTER TABLE loans FORCE ROW LEVEL SECURITY",
    ),
    "second policy": (
        "CREATE POLICY hole ON loans USING (true)", "The policy on loans",
        "DROP POLICY hole ON loans",
    ),
    "everything": (
        "ALTER POLICY wall ON loans USING (true)", "The policy on loans",
        "ALTER POLICY wall ON loans USING (tenant_id = "
        "(SELECT nullif(current_setting('app.tenant', true), '')::int))",
    ),
    "open function": (
        "GRANT EXECUTE ON FUNCTION bib_search_hits(tsquery, tsquery[]) TO PUBLIC",
        "Everybody may run bib_search_hits",
        "REVOKE EXECUTE ON FUNCTION bib_search_hits(tsquery, tsquery[]) FROM PUBLIC",
    ),
}  # fmt: skip


@pytest.mark.parametrize("drift", WALL_DRIFT)
def test_a_wall_that_has_been_changed_is_found(made: TestDatabase, drift: str) -> None:
    break_it, found, mend_it = WALL_DRIFT[drift]
    run(made.owner_url, break_it)
    told = faults(made)
    run(made.owner_url, mend_it)
    assert [fault for fault in told if found in fault]
    assert faults(made) == []


def test_the_password_is_not_sent_in_clear(
    cluster: servers.PostgresServer, made: TestDatabase
) -> None:
    run(superuser(cluster), "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()")
    establish(cluster, made)
    log = (cluster.data_dir.parent / "log").read_text()
    assert 'ALTER ROLE "the-app" LOGIN' in log
    assert "one/word" not in log


Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(made: TestDatabase, tmp_path: Path) -> Told:
    def run(*arguments: str, **changed: str) -> tuple[int, str]:
        urls = {"database_url": made.app_url, "database_owner_url": made.owner_url, **changed}
        said = subprocess.run(
            [*STACKROOM, *arguments],
            env=environment(tmp_path, **{"env": "testing", **urls}),
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return said.returncode, said.stdout + said.stderr

    return run


def test_the_commands_say_what_they_did(cluster: servers.PostgresServer, told: Told) -> None:
    admin = {"database_admin_url": cluster.superuser_url}
    assert told("db", "roles", **admin) == (
        0, "The roles are as they must be. Next: stackroom db upgrade\n",
    )  # fmt: skip
    assert told("db", "check") == (0, "The database holds its walls.\n")


def test_the_check_lists_every_fault_and_fails(made: TestDatabase, told: Told) -> None:
    run(made.owner_url, 'GRANT TRUNCATE ON loans, items TO "the-app"')
    code, said = told("db", "check")
    assert code == 1
    assert "“the-app” may TRUNCATE on items.\n" in said
    assert "“the-app” may TRUNCATE on loans.\n" in said
    assert told("db", "upgrade") == (0, "The database is at head.\n")
    assert told("db", "check")[0] == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "Give --admin-url"),
        ({"database_admin_url": "postgresql://postgres:wrong@127.0.0.1:1/x"}, "does not answer"),
        ({"database_admin_url": "same", "database_owner_url": "app"}, "two roles of one database"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    made: TestDatabase, told: Told, changed: dict[str, str], sentence: str
) -> None:
    changed = {name: made.app_url if url == "app" else url for name, url in changed.items()}
    code, said = told("db", "roles", **changed)
    assert code != 0
    assert sentence in said
    assert "Traceback" not in said
