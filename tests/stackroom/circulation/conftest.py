import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event

from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.testing.desk import Desk
from stackroom.testing.house import House

AUDIT = re.compile(r"INSERT INTO (audit_\w+|\w+_version) |SELECT patron_keys")
EDGE = re.compile(r"BEGIN|SELECT set_config|SELECT organisations")
"""Beginning, naming the organisation; and finding it, which is remembered for two seconds."""


@pytest.fixture
def desk(north: House) -> Desk:
    return Desk(north)


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """With the item B1 on the shelf and the reader P1 at the desk."""
    desk.item()
    desk.patron()
    return desk


@pytest.fixture
def statements(app: Stackroom) -> Callable[[], AbstractContextManager[list[str]]]:
    """What is sent to the database meanwhile, beside the audit's and the edge's own."""

    @contextmanager
    def listening() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not (AUDIT.match(statement) or EDGE.match(statement)):
                seen.append(statement)

        with app.app_context():
            engines = list(db.engines.values())  # a silo's too
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return listening
