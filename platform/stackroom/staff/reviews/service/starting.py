"""Starting a review: who is asked about what, by whom, until when."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.staff.reviews import events, notices
from stackroom.staff.reviews.models import About, AccessReview, AccessReviewLine, ReviewState
from stackroom.staff.reviews.schemas import ReviewIn
from stackroom.staff.reviews.service import campaigns, reviewers, snapshot
from stackroom.web.times import local_time
from tenants import context


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
    made.reminded_days = min(
        campaigns.due_reminders(made), default=None
    )  # the first mail is reminder enough
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
    notices.tell(notices.START, made, reviewers.of(made))
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
    if len(named) == 1 < len(reviewers.deciders()) and named & {
        str(line.account_id) for line in asked
    }:
        raise Invalid.field(
            "reviewers", "Choose a second reviewer: nobody decides about their own roles."
        )
    return asked


def _named(given: ReviewIn) -> list[dict[str, str]]:
    """Raises Invalid: not everybody who is named may decide."""
    names = {who.id: who.name for who in reviewers.deciders()} if given.reviewers else {}
    if set(given.reviewers) - names.keys():
        raise Invalid.field("reviewers", "Choose among those who may decide in access reviews.")
    return [{"id": str(each), "name": names[each]} for each in dict.fromkeys(given.reviewers)]


def end_of(day: date, zone: str) -> datetime:
    """The first moment after `day`, which may have 23 or 25 hours there."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
