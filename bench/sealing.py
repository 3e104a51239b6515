"""How fast history is sealed, written as evidence, and verified without a database."""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TypeVar

import sqlalchemy as sa

from bench.ground import Ground
from bench.report import Result
from bench.sizes import Sizes
from bench.writers.tables import row
from stackroom.audit import bulk
from stackroom.catalogue.models import Bib
from stackroom.core.database import db, transaction
from stackroom.core.snapshot import snapshot
from stackroom.oversight.seals import evidence, showing, verify
from stackroom.oversight.seals.models import AuditCheckpoint
from stackroom.oversight.seals.service import sealing

SINGLE = 400
"""Transactions of one row, as at a desk."""
TOGETHER = 500
"""Rows of each other transaction, as of an import."""
T = TypeVar("T")


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    with ground.inside():
        sealing.seal(showing.vault())
        first = _latest() + 1
        _write(ground, sizes.rows)
        seconds, _ = _timed(lambda: sealing.seal(showing.vault()))
        leaves = _leaves(first)
        yield _told(ground, "sealed", leaves, seconds)
        with snapshot() as session:
            seconds, lines = _timed(lambda: list(evidence.lines(session, first, _latest())))
    yield _told(ground, "written as evidence", leaves, seconds)
    verifier = verify.Verifier()
    seconds, _ = _timed(lambda: verifier.read(lines))
    if faults := verifier.finish():
        raise RuntimeError(faults[0]["sentence"])
    yield _told(ground, "verified offline", leaves, seconds)


def _write(ground: Ground, rows: int) -> None:
    tenant_id = ground.house.tenant.id
    for _ in range(SINGLE):
        with transaction() as session:
            session.add(Bib(**row(tenant_id)))
    for _ in range(rows // TOGETHER):
        with transaction() as session:
            bulk.insert(session, Bib, [row(tenant_id) for _ in range(TOGETHER)])


def _latest() -> int:
    with transaction():
        found = sealing.latest()
        return found.number if found else 0


def _leaves(first: int) -> int:
    with transaction():
        leaves = sa.select(sa.func.sum(AuditCheckpoint.leaves))
        return int(db.session.scalar(leaves.where(AuditCheckpoint.number >= first)) or 0)


def _timed(do: Callable[[], T]) -> tuple[float, T]:
    began = perf_counter()
    made = do()
    return perf_counter() - began, made


def _told(ground: Ground, what: str, rows: int, seconds: float) -> Result:
    rate = rows / seconds
    return Result("–", ground.name, f"rows of history {what}", f"{rate:,.0f} a second", rate)
