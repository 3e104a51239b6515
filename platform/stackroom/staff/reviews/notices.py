"""Mails to the reviewers: at the start, before the date, and of the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff.models import Account
from stackroom.staff.reviews.counting import counts
from stackroom.staff.reviews.models import AccessReview, LineState, ReviewState, Unanswered
from stackroom.web.times import local_time
from tenants import context

MAIL = "reviews.mail"


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is filled with name, organisation, review, until, fate, numbers and link."""

    key: str
    states: frozenset[ReviewState]
    """Of the review, in which the mail is still true."""
    subject: str
    text: str


START = Notice(
    "start",
    frozenset({ReviewState.OPEN}),
    "Please review who may do what at {organisation}",
    """Hello {name},

{organisation} asks you to look at the roles of its staff, in the review “{review}”: {open} are
open. Confirm each that is still needed, and withdraw the others.

The review ends on {until}. What nobody has answered by then is {fate}.

{link}
""",
)
REMINDER = Notice(
    "reminder",
    frozenset({ReviewState.OPEN}),
    "{open} roles are still to be reviewed at {organisation}",
    """Hello {name},

in the review “{review}” of {organisation}, {open} roles are still open.

The review ends on {until}. What nobody has answered by then is {fate}.

{link}
""",
)
RESULT = Notice(
    "result",
    frozenset({ReviewState.CLOSED}),
    "The review “{review}” of {organisation} is over",
    """Hello {name},

the review “{review}” of {organisation} is over. Of {total} roles, {confirmed} were confirmed and
{taken} taken back; {kept} stay without an answer.

The signed report, and each role with who decided about it:

{link}
""",
)
NOTICES = {notice.key: notice for notice in (START, REMINDER, RESULT)}
FATES = {Unanswered.REVOKE: "withdrawn", Unanswered.KEEP: "kept"}
TAKEN = (LineState.WITHDRAWN, LineState.REVOKED, LineState.ACCOUNT_CLOSED)
KEPT = (LineState.KEPT, LineState.LAST_ADMIN)


def tell(notice: Notice, about: AccessReview, people: Sequence[Account]) -> None:
    for who in people:
        payload = {"notice": notice.key, "review_id": str(about.id), "account_id": str(who.id)}
        outbox.send(MAIL, payload)


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Says nothing that is not true any more: the review may have ended meanwhile."""
    notice, settings = NOTICES[payload["notice"]], app().settings
    with transaction():
        about = db.session.scalars(_row(AccessReview, payload["review_id"])).one()
        who = db.session.scalars(_row(Account, payload["account_id"])).one()
        words = _words(about, who)
        if about.state not in notice.states or not who.active:
            return
        to = who.email
    text = notice.text.format_map(words)
    template = app().jinja_env.get_template("reviews/mail/notice.html")
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=notice.subject.format_map(words),
        text=text,
        html=template.render(paragraphs=text.strip().split("\n\n")[:-1], link=words["link"]),
    )
    mail.mailer(settings).deliver(message)


def _row(model: Any, key: str) -> sa.Select[Any]:
    return sa.select(model).where(model.id == UUID(key))


def _words(about: AccessReview, who: Account) -> dict[str, str]:
    tenant = context.current()
    numbers = counts([about.id])[about.id]
    return {
        "name": who.name,
        "organisation": tenant.name,
        "review": about.name,
        "until": local_time(about.due_at),
        "fate": FATES[about.unanswered],
        "link": f"{app().settings.origin(tenant.host)}/staff/reviews/{about.id}",
        "open": str(numbers.get(LineState.OPEN, 0)),
        "confirmed": str(numbers.get(LineState.CONFIRMED, 0)),
        "taken": str(sum(numbers.get(state, 0) for state in TAKEN)),
        "kept": str(sum(numbers.get(state, 0) for state in KEPT)),
        "total": str(sum(numbers.values())),
    }
