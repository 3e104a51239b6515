"""What readiness asks of the things this process stands on."""

from collections.abc import Callable

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from redis import Redis

from stackroom.core.database import db
from stackroom.core.migrations import configuration


def readiness(app: Flask) -> dict[str, str]:
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "cache": lambda: _redis(app.settings.redis_url),  # type: ignore[attr-defined]
        "broker": lambda: _redis(app.settings.broker_url),  # type: ignore[attr-defined]
    }
    return {name: _safely(check) for name, check in checks.items()}


def _safely(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the probe must answer
        return type(error).__name__


def _database() -> str:
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return "ok" if present == head else f"migration {present} is not at head {head}"


def _redis(url: str) -> str:
    if url.startswith("redis"):
        Redis.from_url(url, socket_timeout=2).ping()
    return "ok"
