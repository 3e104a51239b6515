"""Receiving a file of any size, without holding a transaction or memory for it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.schemas import ImportIn, ImportOut
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.files.adapters import files
from tenants.database import reads_only

P = ParamSpec("P")
R = TypeVar("R")


def allow_uploads(*endpoints: str) -> Callable[[], None]:
    """For `before_request`: only these endpoints take more than a form's worth of bytes."""

    def allow() -> None:
        if request.endpoint in endpoints:
            request.max_content_length = app().settings.max_upload_mib * 2**20

    return allow


def without_transaction(view: Callable[P, R]) -> Callable[P, R]:
    """The body of an upload may take minutes to arrive; no connection waits for it."""

    @wraps(view)
    def released(*args: P.args, **kwargs: P.kwargs) -> R:
        db.session.remove()
        return view(*args, **kwargs)

    return released


def receive(given: ImportIn) -> ImportOut:
    """Keep the file, then queue its import in a transaction that begins only now: a request that
    held SQLite's one writer while a slow client sends would stop everybody else."""
    db.session.remove()
    with reads_only(False), transaction() as session:
        job = service.create(
            given.file.stream,
            filename=given.file.filename or "",
            files=files(app().settings),
            **given.chosen(),
        )
        service.queue(job)
        session.flush()  # the answer shows what the columns default to
        return ImportOut.model_validate(job)
