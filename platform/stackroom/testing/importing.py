"""Importing in tests: records made to measure, and files taken through service and runner as the
worker would."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from pymarc import Field, Indicators, Subfield

from stackroom.catalogue.imports import runner, service
from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.marc import to_iso2709
from stackroom.catalogue.marc.records import make_record
from stackroom.core.actor import Actor, Channel, Provenance, acting_as
from stackroom.files.store import Files
from stackroom.testing.house import House
from tenants import context


def field(tag: str, **subfields: str) -> Field:
    """A data field; `field("020", a="0812516370")`."""
    pairs = [Subfield(code, value) for code, value in subfields.items()]
    return Field(tag, Indicators(" ", " "), pairs)


def marc(
    number: str = "",
    title: str = "A title",
    *others: Field,
    source: str = "TEST",
    isbns: Iterable[str] = (),
    status: str = "n",
) -> bytes:
    """One record of a .mrc file; `status` is leader/05."""
    numbers = [Field("001", data=number), Field("003", data=source)] if number else []
    books = [field("020", a=isbn) for isbn in isbns]
    leader = f"00000{status}am a2200000   4500"
    return to_iso2709(make_record(leader, [*numbers, *books, field("245", a=title), *others]))


@dataclass(frozen=True, slots=True)
class Report:
    """An import as it stands; comparable, because it holds no id and no time."""

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

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Created, updated, unchanged, rejected."""
        return self.created, self.updated, self.unchanged, self.rejected


@dataclass(frozen=True, slots=True)
class Importer:
    store: Files

    def __call__(self, house: House, content: bytes | Path, **options: Any) -> Report:
        return self.go(house, self.begin(house, content, **options))

    def begin(self, house: House, content: bytes | Path, **options: Any) -> UUID:
        options.setdefault("filename", content.name if isinstance(content, Path) else "x.mrc")
        data = content.read_bytes() if isinstance(content, Path) else content
        with house.work("librarian"):
            return service.create(BytesIO(data), files=self.store, **options).id

    def go(
        self,
        house: House,
        job_id: UUID,
        watch: Callable[[ImportJob], None] = lambda _job: None,
        by: Actor | None = None,
    ) -> Report:
        """`by`: in whose name; of the librarian who began it."""
        with (
            house.app.app_context(),
            context.acting_for(house.tenant),
            acting_as(Provenance(by or house.actor("librarian"), Channel.JOB)),
        ):
            runner.run(job_id, self.store, watch)
        return self.look(house, job_id)

    def look(self, house: House, job_id: UUID) -> Report:
        with house.work("librarian"):
            return Report.of(service.job(job_id))
