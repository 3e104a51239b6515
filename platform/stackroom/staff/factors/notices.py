"""Mails about somebody's second factors, so that nobody's are changed in secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff.models import Account
from tenants import context

MAIL = "factors.mail"


@dataclass(frozen=True, slots=True)
class Notice:
    """`what` is filled with what it is about."""

    key: str
    subject: str
    what: str


ADDED = Notice("added", "A second factor was set up", "You set up a second factor: {about}.")
REMOVED = Notice("removed", "A second factor was removed", "You removed a second factor: {about}.")
CODE_SPENT = Notice(
    "code_spent", "A recovery code was used", "You used a recovery code; {about} are left."
)
TAKEN_AWAY = Notice(
    "taken_away",
    "Your second factors were removed",
    "An admin removed your second factors: {about}. Every device of yours is signed out.",
)
NOTICES = {notice.key: notice for notice in (ADDED, REMOVED, CODE_SPENT, TAKEN_AWAY)}
TEXT = """Hello {name},

{what}

This is about your account at {organisation}. If you know nothing of it, tell an admin at once.

You see your second factors here: {link}
"""


def tell(account_id: UUID, notice: Notice, about: str) -> None:
    outbox.send(MAIL, {"notice": notice.key, "account_id": str(account_id), "about": about})


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    settings, tenant, notice = app().settings, context.current(), NOTICES[payload["notice"]]
    with transaction():
        wanted = sa.select(Account).where(Account.id == UUID(payload["account_id"]))
        account = db.session.scalars(wanted).one()
        name, to = account.name, account.email
    words = {
        "name": name,
        "what": notice.what.format(about=payload["about"]),
        "organisation": tenant.name,
        "link": f"{settings.origin(tenant.host)}/account/security",
    }
    text = TEXT.format(**words)
    template = app().jinja_env.get_template("factors/mail/notice.html")
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=f"{notice.subject} · {tenant.name}",
        text=text,
        html=template.render(words),
    )
    mail.mailer(settings).deliver(message)
