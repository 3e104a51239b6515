"""What the tests of the audit trail share: short ways to write, and to read what was left."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import ItemType
from stackroom.core.database import db
from stackroom.testing.house import House

Entries = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def entries(north: House) -> Entries:
    """The timeline as north's auditor reads it over the API, newest first."""
    auditor = north.api("auditor")

    def read(**filters: Any) -> list[dict[str, Any]]:
        answer = auditor.get("/api/v1/audit/entries", query_string={"per_page": 100, **filters})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    return read


@pytest.fixture
def kind(north: House) -> UUID:
    """A record of north, made by its librarian."""
    made = uuid7()
    with north.work() as session:
        session.add(ItemType(id=made, code="x-map", name="Map"))
    return made


@pytest.fixture
def statements(north: House) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL that runs inside."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith("SELECT organisations"):  # remembered for two seconds
                seen.append(statement)

        with north.app.app_context():
            engines = list(db.engines.values())  # a silo's too
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        yield seen
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)

    return collecting
