"""Runs and what they found, as both API and pages ask for them."""

from collections.abc import Sequence
from uuid import UUID

from stackroom.audit.models import AuditEntry
from stackroom.core.controls import Finding
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.permissions import demand, present
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.errors import NotReady
from stackroom.oversight.reports.models import (
    ControlNote,
    ControlResult,
    ControlRun,
    ControlSample,
)
from stackroom.oversight.reports.permissions import REPORTS_READ
from stackroom.oversight.reports.schemas import (
    FindingOut,
    FindingQuery,
    RunQuery,
)


def demand_reading() -> None:
    """Whoever writes papers must be let read what they are about. Raises PermissionDenied."""
    if who := present():
        demand(REPORTS_READ, who)


def runs(query: RunQuery) -> Page[ControlRun]:
    return paginate(db.session(), queries.runs(query.control), query)


def samples(query: PageQuery, run_id: UUID | None = None) -> Page[ControlSample]:
    wanted = queries.samples()
    return paginate(
        db.session(), wanted.where(ControlSample.run_id == run_id) if run_id else wanted, query
    )


def notes_on_run(run_id: UUID, query: PageQuery) -> Page[ControlNote]:
    """Raises NotFound."""
    wanted = queries.notes().where(ControlNote.run_id == queries.run(run_id).id)
    return paginate(db.session(), wanted, query)


def notes_on_sample(sample_id: UUID, query: PageQuery) -> Page[ControlNote]:
    """Raises NotFound."""
    wanted = queries.notes().where(ControlNote.sample_id == queries.sample(sample_id).id)
    return paginate(db.session(), wanted, query)


def result(run: ControlRun) -> ControlResult:
    """Raises NotReady."""
    if run.result is None:
        raise NotReady
    return run.result


def findings(run: ControlRun, query: FindingQuery) -> Page[FindingOut]:
    """Raises NotReady."""
    rows = list(enumerate(_rows(run), 1))
    if query.outlier is not None:
        rows = [each for each in rows if each[1].outlier == query.outlier]
    some = rows[query.offset : query.offset + query.per_page]
    return Page(_shown(some), query.page, query.per_page, len(rows))


def finding(run: ControlRun, number: int) -> FindingOut:
    """Raises NotReady or NotFound."""
    rows = _rows(run)
    if not 1 <= number <= len(rows):
        raise NotFound
    return _shown([(number, rows[number - 1])])[0]


def every_finding(run: ControlRun) -> list[FindingOut]:
    """Raises NotReady."""
    return _shown(list(enumerate(_rows(run), 1)))


def _rows(run: ControlRun) -> list[Finding]:
    return [Finding.model_validate(row) for row in result(run).findings["rows"]]


def _shown(rows: Sequence[tuple[int, Finding]]) -> list[FindingOut]:
    """With the names that the trail tells now: a patron who was forgotten has none any more."""
    first = [row.entries[0] for _, row in rows if row.entries]
    labels = {line.id: line.subject_label for line in _in_parts(first)}
    return [
        FindingOut(
            **row.model_dump(),
            number=number,
            subject=labels.get(row.entries[0], "") if row.entries else "",
        )
        for number, row in rows
    ]


def _in_parts(named: list[str], size: int = 500) -> list[AuditEntry]:
    parts = (named[begin : begin + size] for begin in range(0, len(named), size))
    return [line for part in parts for line in queries.entries(part)]
