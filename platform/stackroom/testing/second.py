"""A second app in the same process, with settings of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config import Settings
from stackroom.app import create_app
from stackroom.core import outbox
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs


@contextmanager
def second_app(settings: Settings, **changed: Any) -> Iterator[Stackroom]:
    served = dict(jobs._served_app)  # noqa: SLF001 - Celery serves one app a process: the last made
    made = create_app(settings.model_copy(update=changed))
    outbox.wake_with(None)  # tests run the worker's part themselves
    try:
        yield made
    finally:
        jobs._served_app.update(served)  # noqa: SLF001
        with made.app_context():
            for engine in db.engines.values():
                engine.dispose()
