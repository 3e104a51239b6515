"""What reviewers decide. A withdrawn role is gone with their next request, not with the date."""

from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import EventType, record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.staff.models import Account
from stackroom.staff.reviews import events
from stackroom.staff.reviews.errors import AlreadyWithdrawn, GrantChanged, NotAReviewer, OwnLine
from stackroom.staff.reviews.models import AccessReview, AccessReviewLine, LineState
from stackroom.staff.reviews.service import campaigns, lines, reviewers
from stackroom.staff.roles.assigning import withdraw


def decide(review_id: UUID, line_id: UUID, decision: LineState, note: str = "") -> AccessReviewLine:
    """The same decision twice is one. Raises NotFound, ReviewOver, NotAReviewer, OwnLine,
    AlreadyWithdrawn, GrantChanged, GrantBeyondOwn or LastAdmin."""
    found, line = asked(review_id, line_id)
    _refuse(found, line.account_id)
    if line.state is decision:
        return line
    _take(found, line, decision, note)
    return line


def asked(review_id: UUID, line_id: UUID) -> tuple[AccessReview, AccessReviewLine]:
    """Locked, the review before its line as when it is closed. Raises NotFound or ReviewOver."""
    return campaigns.open_review(review_id, shared=True), lines.line(review_id, line_id)


def confirm_person(review_id: UUID, account_id: UUID, note: str = "") -> int:
    """Confirm whatever is open of a person and is as it was; returns how many roles.
    Raises NotFound, ReviewOver, NotAReviewer or OwnLine."""
    found = campaigns.open_review(review_id, shared=True)
    _refuse(found, account_id)
    waiting = lines.of_person(review_id, account_id)
    standing = lines.standings(waiting)
    same = [each for each in waiting if standing[each.id] == "same"]
    for line in same:
        settle(found, line, LineState.CONFIRMED, note, told_as=events.DECIDED)
    return len(same)


def _take(found: AccessReview, line: AccessReviewLine, decision: LineState, note: str) -> None:
    if line.state is LineState.WITHDRAWN:
        raise AlreadyWithdrawn
    if lines.standings([line])[line.id] != "same":
        raise GrantChanged
    if decision is LineState.WITHDRAWN and not withdraw(account(line.account_id), line.grant_id):
        raise GrantChanged
    settle(found, line, decision, note, told_as=events.DECIDED)


def _refuse(found: AccessReview, account_id: UUID) -> None:
    """Raises NotAReviewer or OwnLine."""
    me = provenance().actor.id
    if me not in {who.id for who in reviewers.of(found)}:
        raise NotAReviewer
    if me == account_id and not may_decide_alone(found):
        raise OwnLine


def may_decide_alone(found: AccessReview) -> bool:
    """Where there is but one admin and no other reviewer, that one decides about themself, too."""
    able = {who.id for who in reviewers.of(found)}
    return able | {who.id for who in reviewers.admins()} == {provenance().actor.id}


def account(account_id: UUID) -> Account:
    return db.session.scalars(sa.select(Account).where(Account.id == account_id)).one()


def settle(
    found: AccessReview, line: AccessReviewLine, after: LineState, note: str = "",
    *, told_as: EventType,
) -> None:  # fmt: skip
    """Write down, on the line and in the trail, what became of it and by whom."""
    actor, before = provenance().actor, line.state
    line.state = after
    step = {
        "at": clock.now().isoformat(), "by": actor.label,
        "by_id": str(actor.id) if actor.id else None,
        "before": before.value, "after": after.value, "note": note,
    }  # fmt: skip
    line.decisions = [*line.decisions, step]
    record(
        told_as, found, role=line.title, person=line.person, before=before.value,
        after=after.value, note=note,
    )  # fmt: skip
