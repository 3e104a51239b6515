"""Starting a review, finding one, and calling it off."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.reviews import events, notices
from stackroom.staff.reviews.errors import ReviewOver
from stackroom.staff.reviews.models import About, AccessReview, AccessReviewLine, ReviewState
from stackroom.staff.reviews.permissions import REVIEWS_DECIDE
from stackroom.staff.reviews.schemas import ReviewIn
from stackroom.staff.reviews.service import snapshot
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.roles.shipped import Role
from stackroom.web.times import local_time
from tenants import context


def reviews(query: PageQuery) -> Page[AccessReview]:
    """Latest first."""
    wanted = sa.select(AccessReview).order_by(AccessReview.started_at.desc(), AccessReview.id)
    return paginate(db.session(), wanted, query)


def review(review_id: UUID, *, locked: bool = False, shared: bool = False) -> AccessReview:
    """`locked` until the transaction ends, or `shared` with others who do so. Raises NotFound."""
    wanted = sa.select(AccessReview).where(AccessReview.id == review_id)
    if locked:
        wanted = wanted.with_for_update(read=shared).execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def open_review(review_id: UUID, *, shared: bool = False) -> AccessReview:
    """Locked, so that it does not end meanwhile. Raises NotFound or ReviewOver."""
    found = review(review_id, locked=True, shared=shared)
    if found.state is not ReviewState.OPEN:
        raise ReviewOver
    return found


def start(given: ReviewIn) -> AccessReview:
    """Raises Invalid, which names the field."""
    _check(given)
    zone = context.current().timezone
    made = AccessReview(
        **given.model_dump(exclude={"reviewers", "reminder_days"}),
        reviewers=_named(given),
        reminder_days=sorted(set(given.reminder_days), reverse=True),
        due_at=end_of(given.due_on, zone),
        time_zone=zone,
        started_by=provenance().actor.label,
    )
    made.reminded_days = min(due_reminders(made), default=None)  # the first mail is reminder enough
    asked = _asked(made)
    db.session.add(made)
    db.session.flush()  # its lines refer to it
    for line in asked:
        line.access_review_id = made.id
    db.session.add_all(asked)
    record(
        events.STARTED, made, lines=len(asked), until=local_time(made.due_at),
        before=None, after=ReviewState.OPEN,
    )  # fmt: skip
    notices.tell(notices.START, made, reviewers(made))
    return made


def _check(given: ReviewIn) -> None:
    if given.due_on <= clock.now().astimezone(ZoneInfo(context.current().timezone)).date():
        raise Invalid.field("due_on", "Choose a day after today: reviewers need time to answer.")
    if given.about is About.ROLE and not given.role:
        raise Invalid.field("role", "Choose the role that this review asks about.")
    if (given.about is About.IDLE or given.close_idle) and not given.idle_days:
        raise Invalid.field("idle_days", "Say after how many days without a sign-in one is idle.")


def _asked(made: AccessReview) -> list[AccessReviewLine]:
    """Raises Invalid: there is nobody to ask about, or somebody about whom nobody may decide."""
    asked = snapshot.lines(made)
    if not asked and made.about is About.ROLE:
        raise Invalid.field("role", f"Nobody holds the role “{made.role}”; choose another.")
    if not asked:
        raise Invalid.field("about", "There is nobody to ask about: choose others, or fewer days.")
    named = {each["id"] for each in made.reviewers}
    if len(named) == 1 < len(deciders()) and named & {str(line.account_id) for line in asked}:
        raise Invalid.field(
            "reviewers", "Choose a second reviewer: nobody decides about their own roles."
        )
    return asked


def _named(given: ReviewIn) -> list[dict[str, str]]:
    """Raises Invalid: not everybody who is named may decide."""
    names = {who.id: who.name for who in deciders()} if given.reviewers else {}
    if set(given.reviewers) - names.keys():
        raise Invalid.field("reviewers", "Choose among those who may decide in access reviews.")
    return [{"id": str(each), "name": names[each]} for each in dict.fromkeys(given.reviewers)]


def deciders() -> Sequence[Account]:
    able = [each.key for each in staff_roles() if REVIEWS_DECIDE.key in each.permissions]
    return _holders(sa.and_(RoleGrant.role.in_(able), RoleGrant.library_id.is_(None)))


def admins() -> Sequence[Account]:
    return _holders(RoleGrant.role == Role.ADMIN)


def _holders(role: sa.ColumnElement[bool]) -> Sequence[Account]:
    held = sa.and_(role, RoleGrant.in_force(clock.now()))
    wanted = sa.select(Account).where(Account.grants.any(held), Account.active)
    return db.session.scalars(wanted.order_by(Account.name, Account.id)).all()


def reviewers(found: AccessReview) -> Sequence[Account]:
    """Those who may decide now: whoever was closed or lost the permission decides nothing."""
    if not found.reviewers:
        return admins()
    named = {each["id"] for each in found.reviewers}
    return [who for who in deciders() if str(who.id) in named]


def end_of(day: date, zone: str) -> datetime:
    """The first moment after `day`, which may have 23 or 25 hours there."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def due_reminders(found: AccessReview) -> list[int]:
    left = ceil((found.due_at - clock.now()) / timedelta(days=1))
    return [days for days in found.reminder_days if left <= days]


def cancel(review_id: UUID, reason: str) -> AccessReview:
    """What was withdrawn stays so; nothing more happens. Raises NotFound or ReviewOver."""
    found = open_review(review_id)
    end(found, ReviewState.CANCELLED, reason)
    record(events.CANCELLED, found, before=ReviewState.OPEN, after=found.state, why=reason)
    return found


def end(found: AccessReview, state: ReviewState, reason: str = "") -> None:
    found.state, found.end_reason = state, reason
    found.ended_at, found.ended_by = clock.now(), provenance().actor.label
