"""A flag that is off, and titles that are quick to make."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from config import Settings
from stackroom.catalogue.editing import Edits
from stackroom.catalogue.service import bibs
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.flags.client import FlagClient
from stackroom.testing.house import House


@pytest.fixture
def closed_catalogue(app: Stackroom, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Every organisation has `public_catalogue` off meanwhile."""
    document = json.loads(Path(settings.flags_document).read_text(encoding="utf-8"))
    for state in document["feature_states"]:
        state["enabled"] = False
    (tmp_path / "flags.json").write_text(json.dumps(document), encoding="utf-8")
    before = app.flag_is_on
    app.flag_is_on = FlagClient(tmp_path / "flags.json").is_on
    yield
    app.flag_is_on = before


@pytest.fixture
def shelve() -> Callable[..., list[str]]:
    """Puts titles into a house's catalogue; returns their ids."""

    def put(house: House, *titles: Edits) -> list[str]:
        with house.work():
            return [str(bibs.create(title).id) for title in titles]

    return put


@pytest.fixture
def statements(app: Stackroom) -> Callable[[], AbstractContextManager[list[str]]]:
    """The statements that are sent to the database meanwhile, without the edge's own."""

    @contextmanager
    def listening() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("BEGIN", "SELECT set_config")):
                seen.append(statement)

        with app.app_context():
            engines = list(db.engines.values())  # a silo's too
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        yield seen
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)

    return listening
