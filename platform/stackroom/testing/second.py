"""A second app in the same process, with settings of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config import Settings
from stackroom.app import create_app
from stackroom.core import outbox
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.jobs.tasks import served


@contextmanager
def second_app(settings: Settings, **changed: Any) -> Iterator[Stackroom]:
    before = dict(served)  # Celery serves one app a process: the last made
    made = create_app(settings.model_copy(update=changed))
    outbox.wake_with(None)  # tests run the worker's part themselves
    try:
        yield made
    finally:
        served.update(before)
        with made.app_context():
            for engine in db.engines.values():
                engine.dispose()
