"""The end of a review: what nobody has answered is settled as the review has said."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db
from stackroom.staff import service as staff
from stackroom.staff.errors import LastAdmin
from stackroom.staff.models import Account
from stackroom.staff.reviews import events, notices
from stackroom.staff.reviews.counting import counts
from stackroom.staff.reviews.models import (
    AccessReview,
    AccessReviewLine,
    LineState,
    ReviewState,
    Unanswered,
)
from stackroom.staff.reviews.service import campaigns, deciding, lines, presence, reviewers
from stackroom.staff.roles.assigning import withdraw

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def close(review_id: UUID) -> AccessReview:
    """Now, whatever its date. Raises NotFound or ReviewOver."""
    found = campaigns.open_review(review_id)
    _drop_what_changed(found)
    if found.close_idle:
        _close_idle(found)
    for line in _latest_last(lines.every(found.id, LineState.OPEN)):
        _settle(found, line, _unanswered(found, line))
    campaigns.end(found, ReviewState.CLOSED)
    db.session.flush()  # the counts read the rows
    told = {state.value: number for state, number in counts([found.id])[found.id].items()}
    record(events.CLOSED, found, before=ReviewState.OPEN.value, after=found.state.value, lines=told)
    notices.tell(notices.RESULT, found, reviewers.of(found))
    return found


def _settle(found: AccessReview, line: AccessReviewLine, after: LineState) -> None:
    deciding.settle(found, line, after, told_as=events.SETTLED)


def _drop_what_changed(found: AccessReview) -> None:
    """A role that is not what was asked about must not be taken for it."""
    asked = lines.every(found.id, LineState.OPEN)
    standing = lines.standings(asked)
    for line in asked:
        if standing[line.id] != "same":
            _settle(found, line, LineState(standing[line.id]))


def _close_idle(found: AccessReview) -> None:
    """Accounts that are idle still and of which nobody has confirmed a role."""
    confirmed = {line.account_id for line in lines.every(found.id, LineState.CONFIRMED)}
    asked: dict[UUID, list[AccessReviewLine]] = {}
    for line in _latest_last(lines.every(found.id, LineState.OPEN)):
        asked.setdefault(line.account_id, []).append(line)
    seen = presence.presences()
    for who in _accounts([each for each in asked if each not in confirmed]):
        if presence.is_idle(who, seen, found.idle_days) and _closed(who):
            for line in asked[who.id]:
                _settle(found, line, LineState.ACCOUNT_CLOSED)


def _closed(who: Account) -> bool:
    try:
        with db.session.begin_nested():
            staff.remove(who)
    except LastAdmin:
        return False
    return True


def _unanswered(found: AccessReview, line: AccessReviewLine) -> LineState:
    if found.unanswered is Unanswered.KEEP:
        return LineState.KEPT
    try:
        with db.session.begin_nested():
            taken = withdraw(deciding.account(line.account_id), line.grant_id)
    except LastAdmin:
        return LineState.LAST_ADMIN
    return LineState.REVOKED if taken else LineState.GONE


def _latest_last(asked: Sequence[AccessReviewLine]) -> list[AccessReviewLine]:
    """Of several admins about whom nobody answered, the one who was here last stays."""
    return sorted(asked, key=lambda line: line.last_sign_in_at or LONG_AGO)


def _accounts(ids: Sequence[UUID]) -> list[Account]:
    """In the order of `ids`."""
    rows = db.session.scalars(sa.select(Account).where(Account.id.in_(ids)))
    found = {who.id: who for who in rows}
    return [found[account_id] for account_id in ids]
