"""Alive is one question, ready another: is everything there that a request needs?"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from stackroom.core.http import Stackroom
from stackroom.testing import servers
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import Answer, Api

NOBODY = "redis://127.0.0.1:1/0"


def ask(app: Stackroom, path: str) -> Answer:
    """As a probe does, by the machine's own address."""
    return Api(app.test_client(), "127.0.0.1").get(path)


def test_all_is_well(app: Stackroom) -> None:
    answer = ask(app, "/readyz")
    assert answer.status_code == 200
    checks = {"database": "ok", "cache": "ok", "broker": "ok"}
    assert answer.json == {"status": "ready", "checks": checks}


@pytest.fixture
def migration_behind(database: TestDatabase) -> Iterator[None]:
    owner = sa.create_engine(database.owner_url, poolclass=sa.NullPool)
    with owner.begin() as connection:
        head = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    yield
    with owner.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :n"), {"n": head})


def test_tables_that_are_behind_the_code_are_not_ready(
    app: Stackroom, migration_behind: None
) -> None:
    answer = ask(app, "/readyz")
    assert answer.status_code == 503
    assert answer.json["status"] == "not ready"
    assert answer.json["checks"]["database"].startswith("migration 0000 is not at head")


@pytest.mark.parametrize(("setting", "check"), [("redis_url", "cache"), ("broker_url", "broker")])
def test_a_server_that_is_away_is_not_ready(
    app: Stackroom, monkeypatch: pytest.MonkeyPatch, setting: str, check: str
) -> None:
    """The probe names what is away and not its address, in which a password may stand."""
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={setting: NOBODY}))
    answer = ask(app, "/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {
        "database": "ok", "cache": "ok", "broker": "ok", check: "ConnectionError",
    }  # fmt: skip


@pytest.mark.slow
def test_servers_that_answer_are_ready(app: Stackroom, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.redis() as redis:
        present = app.settings.model_copy(update={"redis_url": redis.url, "broker_url": redis.url})
        monkeypatch.setattr(app, "settings", present)
        assert ask(app, "/readyz").status_code == 200


def test_alive_asks_for_nothing_else(app: Stackroom, migration_behind: None) -> None:
    """A process whose database is away must not be restarted for that."""
    assert ask(app, "/healthz").json == {"status": "ok"}


def test_metrics_are_readable_by_prometheus(app: Stackroom) -> None:
    answer = ask(app, "/metrics")
    assert answer.status_code == 200
    assert "# TYPE process_cpu_seconds_total counter" in answer.text
