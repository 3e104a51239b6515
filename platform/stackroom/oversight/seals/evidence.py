"""Evidence: a span of checkpoints, and every row that they seal, as lines that `verify.py` reads.

Each line is one JSON object in canonical form with a line feed behind it:

    {"evidence": {"format", "organisation", "first", "last", "made_at"}}    the first line
    {"key": {…}}                                            each public key, oldest first
    {"checkpoint": {…}}                                     each checkpoint, behind it
    {"sealed": {"transaction", "checkpoint", "leaves"}}     each transaction of it, behind it
    {"row": {…}, "table": "bibs_version"}                   each row of that, in order of names
    {"stray": {"code", "sentence", "row"}}                  what no checkpoint holds (`strays`)
    {"end": {"last", "lines"}}                              the last line

The line of a row, without its line feed, is the leaf of the Merkle tree. Files that hold spans one
after the other are verified together: `verify.py 2026-01.jsonl.gz 2026-02.jsonl.gz`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.core import clock
from stackroom.core.canonical import dump, instant
from stackroom.oversight.seals import rows, statements, verify
from stackroom.oversight.seals.models import AuditCheckpoint, AuditKey, AuditSealed
from tenants import context

AT_ONCE = 200
"""Transactions whose rows are in memory at one time."""


def lines(
    session: Session, first_number: int, last_number: int, *, strays: Iterable[bytes] = ()
) -> Iterator[bytes]:
    """The whole file for checkpoints `first_number` to `last_number`, both included, of the open
    organisation, as `session` sees it. One that is not there is not in the file, which its last
    line gives away."""
    count = 0
    for line in _all(session, first_number, last_number, strays):
        count += 1
        yield line + b"\n"
    yield dump({"end": {"last": last_number, "lines": count + 1}}) + b"\n"


def _all(session: Session, first: int, last: int, strays: Iterable[bytes]) -> Iterator[bytes]:
    yield dump({"evidence": _header(first, last)})
    for key in session.scalars(sa.select(AuditKey).order_by(AuditKey.number)):
        yield dump({"key": statements.key(key)})
    for number in range(first, last + 1):
        yield from _checkpoint(session, number)
    yield from strays


def _header(first: int, last: int) -> dict[str, Any]:
    return {
        "format": verify.EVIDENCE,
        "organisation": str(context.current().uuid),
        "first": first,
        "last": last,
        "made_at": instant(clock.now()),
    }


def _checkpoint(session: Session, number: int) -> Iterator[bytes]:
    found = session.scalar(sa.select(AuditCheckpoint).where(AuditCheckpoint.number == number))
    if found:
        yield dump({"checkpoint": statements.checkpoint(found)})
    for some in _members(session, number):
        yield from _transactions(session, some)
        session.expunge_all()  # what was read must not pile up


def _members(session: Session, number: int) -> Iterator[Sequence[AuditSealed]]:
    ordered = (
        sa.select(AuditSealed)
        .where(AuditSealed.checkpoint == number)
        .order_by(AuditSealed.transaction_id)
        .limit(AT_ONCE)
    )
    page = session.scalars(ordered).all()
    while page:
        last = page[-1].transaction_id
        yield page
        page = session.scalars(ordered.where(AuditSealed.transaction_id > last)).all()


def _transactions(session: Session, some: Sequence[AuditSealed]) -> Iterator[bytes]:
    found = rows.lines(session, [each.transaction_id for each in some])
    for each in some:
        transaction = str(each.transaction_id)
        sealed = {"transaction": transaction, "checkpoint": each.checkpoint, "leaves": each.leaves}
        yield dump({"sealed": sealed})
        for _, line in sorted(found.get(each.transaction_id, {}).items()):
            yield line
