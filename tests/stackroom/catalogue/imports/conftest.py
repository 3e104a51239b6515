"""Importing in tests: a file through the service and the runner, as the worker would."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from stackroom.catalogue.imports import runner, service
from stackroom.catalogue.imports.models import ImportJob
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.http import Stackroom
from stackroom.files.adapters import files
from stackroom.files.store import Files
from stackroom.testing.house import House
from tenants import context


@dataclass(frozen=True, slots=True)
class Report:
    """An import as it stands after a run; comparable, because it holds no id and no time."""

    status: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
    detail: str

    @classmethod
    def of(cls, job: ImportJob) -> "Report":
        return cls(**{field.name: getattr(job, field.name) for field in fields(cls)})


Import = Callable[..., Report]


@pytest.fixture
def store(app: Stackroom) -> Files:
    return files(app.settings)


def begin(house: House, content: bytes | Path, store: Files, **options: Any) -> UUID:
    if isinstance(content, Path):
        options = {"filename": content.name, **options}
        content = content.read_bytes()
    options = {"filename": "records.mrc", **options}
    with house.work("librarian"):
        return service.create(BytesIO(content), files=store, **options).id


def go(house: House, job_id: UUID, store: Files, **options: Any) -> Report:
    with house.app.app_context(), context.acting_for(house.tenant):
        with acting_as(Provenance(SYSTEM, Channel.JOB)):
            runner.run(job_id, store, **options)
    return look(house, job_id)


def look(house: House, job_id: UUID) -> Report:
    with house.work("librarian"):
        return Report.of(service.job(job_id))


@pytest.fixture
def importing(store: Files) -> Import:
    """`importing(house, path or bytes, mapping=…, dry_run=…)` → Report."""

    def run(house: House, content: bytes | Path, **options: Any) -> Report:
        return go(house, begin(house, content, store, **options), store)

    return run
