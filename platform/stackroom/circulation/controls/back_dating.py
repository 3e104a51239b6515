"""Returns that were entered as of an earlier moment (DOMAIN 4.14), which a book drop explains and
a favour does not."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, within
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.circulation.events import RETURNED
from stackroom.circulation.models import Loan
from stackroom.core.controls import (
    Bar,
    Control,
    Finding,
    Findings,
    Parameters,
    Span,
    kept,
    measured,
)
from stackroom.core.database import db


class Earlier(Parameters):
    minutes: int = Field(
        60, ge=1, le=525_600, title="Minutes back, at least",
        description="A book drop that is emptied in the morning explains some hours.",
    )  # fmt: skip


class Return(NamedTuple):
    """As history holds it at the moment of the return."""

    transaction_id: int
    position: int
    loan_id: UUID
    actor_id: UUID | None
    actor: str
    due_at: datetime
    returned_at: datetime
    processed_at: datetime

    @property
    def excused(self) -> bool:
        """Late when it was entered, and not late as it was entered."""
        return self.returned_at <= self.due_at < self.processed_at


def run(span: Span, asked: Earlier) -> Findings:
    found = _returns(span, timedelta(minutes=asked.minutes))
    numbers: dict[str, int] = defaultdict(int)
    for each in found:
        numbers[each.actor] += 1
    return kept(
        sorted(map(_finding, found), key=lambda row: not row.outlier),
        looked_at=_count(span),
        measure="back-dated returns",
        bars=[Bar(label=who, value=n) for who, n in sorted(numbers.items(), key=lambda i: -i[1])],
        notes=["Marked: the item was overdue, and by the earlier date it was not."],
        cut=len(found) >= READ_AT_MOST,
    )


def _returns(span: Span, back: timedelta) -> list[Return]:
    loan = version_of(Loan)
    entered = sa.extract("epoch", loan.processed_at) - sa.extract("epoch", loan.returned_at)
    rows = db.session.execute(
        sa.select(
            AuditEntry.transaction_id, AuditEntry.position, loan.id,
            AuditTransaction.actor_id, AuditTransaction.actor_label,
            loan.due_at, loan.returned_at, loan.processed_at,
        )
        .join(AuditTransaction, AuditTransaction.id == AuditEntry.transaction_id)
        .join(
            loan,
            sa.and_(
                loan.id == AuditEntry.subject_id, loan.transaction_id == AuditEntry.transaction_id
            ),
        )
        .where(*within(span), AuditEntry.action == RETURNED.action)
        .where(entered >= back.total_seconds())
        .order_by(AuditEntry.transaction_id, AuditEntry.position)
        .limit(READ_AT_MOST)
    )  # fmt: skip
    return [Return(*row) for row in rows]


def _count(span: Span) -> int:
    asked = sa.select(sa.func.count()).select_from(AuditEntry)
    return db.session.scalar(asked.where(*within(span), AuditEntry.action == RETURNED.action)) or 0


def _finding(each: Return) -> Finding:
    back = each.processed_at - each.returned_at
    return Finding(
        what="Entered an overdue return as punctual" if each.excused else "Back-dated a return",
        who=each.actor, who_id=each.actor_id, at=each.processed_at,
        subject_type="loan", subject_id=each.loan_id,
        figures=measured({"hours back": round(back.total_seconds() / 3600, 1)}),
        outlier=each.excused, entries=[f"{each.transaction_id}-{each.position}"],
    )  # fmt: skip


BACK_DATED = Control(
    "circulation.back_dated_returns",
    "Back-dated returns",
    "An earlier date of return saves a reader from being late, and a friend as well.",
    Earlier,
    run,
)
