"""What a failure of the database means to whoever asked (ADR 17)."""

from sqlalchemy.exc import DBAPIError, OperationalError

from stackroom.core.errors import DatabaseBusy, Problem, RecordLocked, Unavailable

RETRY = {"Retry-After": "2"}
AWAY = "The database does not answer, and nothing was changed; try again in a moment."
IN_DOUBT = (
    "The connection to the database was lost as the change was being confirmed: it may or may not "
    "have been done. Look before you try again, or send the same Idempotency-Key."
)
TOO_SLOW = {"57014", "SQLITE_BUSY"}
"""PostgreSQL's query_canceled; a SQLite file that another process writes."""
LOCKED = {"55P03", "40P01"}
"""lock_not_available; deadlock_detected, of which PostgreSQL ends one side."""


def problem_of(error: DBAPIError) -> Problem | None:
    """None where the statement itself was at fault."""
    if error.connection_invalidated:
        return Unavailable(IN_DOUBT if lost_in_commit(error) else AWAY, headers=RETRY)
    state = _state(error)
    if state in TOO_SLOW:
        return DatabaseBusy(headers=RETRY)
    if state in LOCKED:
        return RecordLocked(headers=RETRY)
    return Unavailable(AWAY, headers=RETRY) if isinstance(error, OperationalError) else None


def lost_in_commit(error: DBAPIError) -> bool:
    """A COMMIT of SQLAlchemy's is the one journey that has no statement; ours for a silo has."""
    return error.connection_invalidated and error.statement in (None, "COMMIT")


def _state(error: DBAPIError) -> str:
    for name in ("sqlstate", "sqlite_errorname"):
        if found := getattr(error.orig, name, None):
            return str(found)
    return ""
