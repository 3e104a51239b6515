"""Counting what goes to the database; transaction brackets are no statements."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import event

BRACKETS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


def told(engine: sa.Engine, do: Callable[[], object]) -> list[str]:
    """The statements that `do` sends, in order; `set_config` is one of them."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(BRACKETS):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return statements
