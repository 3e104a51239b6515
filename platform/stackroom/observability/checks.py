"""What readiness asks of the things this process stands on."""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from redis import Redis

from stackroom.core.database import db, placement
from stackroom.core.migrations import configuration

log = structlog.get_logger()
NOT_EVERYBODYS = frozenset({"silos"})
"""Shown, yet no reason to take the process from everybody: a silo that is away keeps its own
organisations waiting."""


def is_ready(results: dict[str, str]) -> bool:
    return all(result == "ok" for name, result in results.items() if name not in NOT_EVERYBODYS)


def readiness(app: Flask) -> dict[str, str]:
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "cache": lambda: _redis(app.settings.redis_url),  # type: ignore[attr-defined]
        "broker": lambda: _redis(app.settings.broker_url),  # type: ignore[attr-defined]
    }
    if app.settings.silos:  # type: ignore[attr-defined]
        checks["silos"] = _silos
    return {name: _safely(check) for name, check in checks.items()}


def _safely(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the probe must answer
        return type(error).__name__


def _database() -> str:
    return _at_head(db.engine)


def _at_head(engine: sa.Engine) -> str:
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return "ok" if present == head else f"migration {present} is not at head {head}"


def _silos() -> str:
    """How many are at head. Which one is not, the log says: its name is an organisation's."""
    silos = placement().silos
    told = {name: _safely(partial(_at_head, silo)) for name, silo in silos.items()}
    wrong = {name: result for name, result in told.items() if result != "ok"}
    if not wrong:
        return "ok"
    log.warning("silos_not_ready", silos=wrong)
    return f"{len(silos) - len(wrong)} of {len(silos)} ready"


def _redis(url: str) -> str:
    if url.startswith("redis"):
        Redis.from_url(url, socket_timeout=2).ping()
    return "ok"
