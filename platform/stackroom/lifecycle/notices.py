"""Mails to the admins of an organisation that closes, each a message of the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from config import Settings
from stackroom.core import outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.core.organisation import present
from stackroom.core.read_only import day
from stackroom.notifications import mail
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from tenants import context
from tenants.lifecycle import Status
from tenants.models import Organisation

MAIL = "lifecycle.mail"


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is filled with name, organisation, day, reason and address."""

    key: str
    subject: str
    text: str


CLOSING = Notice(
    "closing",
    "{organisation} is closing",
    """Hello {name},

{organisation} is closing. Reason: {reason}

Until {day} everything can still be read, and you can download all of it. On that day it is
deleted for good: every record, every file and the history.

To undo this, or to download: {address}
""",
)
REMINDER = Notice(
    "reminder",
    "{organisation} will be deleted on {day}",
    """Hello {name},

{organisation} is closing, and on {day} everything in it is deleted for good.

To undo this, or to download everything first: {address}
""",
)
REOPENED = Notice(
    "reopened",
    "{organisation} is open again",
    """Hello {name},

the closing of {organisation} was undone. Nothing was deleted.

{address}
""",
)
NOTICES = {notice.key: notice for notice in (CLOSING, REMINDER, REOPENED)}

PURGED = """Hello,

{organisation} is deleted: every record, every file and the history. The certificate with this
mail says what was erased, when, and that a search of every store found nothing more.

Keep it. Whoever runs Stackroom can check it with `stackroom certificate verify`; it names
the key that signed it.

You will get no more mail from us about {organisation}.
"""


def admins() -> Sequence[Account]:
    is_admin = Account.grants.any(RoleGrant.role == Role.ADMIN)
    return db.session.scalars(
        sa.select(Account).where(is_admin, Account.active).order_by(Account.id)
    ).all()


def tell_admins(notice: Notice) -> None:
    for admin in admins():
        outbox.send(MAIL, {"notice": notice.key, "account_id": str(admin.id)})


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Says nothing that is not true any more: the closing may have been undone meanwhile."""
    notice = NOTICES[payload["notice"]]
    with transaction():
        organisation = present()
        admin = db.session.scalar(
            sa.select(Account).where(Account.id == UUID(payload["account_id"]))
        )
        closing = organisation.status is Status.CLOSING
        if admin is None or closing == (notice is REOPENED):
            return
        to, words = admin.email, _words(organisation, admin.name)
    settings = app().settings
    template = app().jinja_env.get_template("lifecycle/mail/notice.html")
    text = notice.text.format_map(words)
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=notice.subject.format_map(words),
        text=text,
        html=template.render(paragraphs=text.strip().split("\n\n"), link=words["address"]),
    )
    mail.mailer(settings).deliver(message)


def _words(organisation: Organisation, name: str) -> dict[str, str]:
    tenant, settings = organisation.as_tenant(), app().settings
    return {
        "name": name,
        "organisation": organisation.name,
        "reason": organisation.closing_reason,
        "day": day(organisation.closes_at, tenant) if organisation.closes_at else "",
        "address": f"{settings.origin(organisation.host)}/organisation/closing",
    }


def send_certificate(settings: Settings, *, to: str, organisation: str, certificate: str) -> None:
    """The platform's own mail: it belongs to no organisation, since there is none any more."""
    text = PURGED.format(organisation=organisation)
    template = app().jinja_env.get_template("lifecycle/mail/notice.html")
    message = mail.compose(
        uuid5(context.current().uuid, to),  # the same mail, were it sent again
        sender=settings.mail_from,
        to=to,
        platform="nothing is left that it could belong to",
        subject=f"{organisation} is deleted: the certificate",
        text=text,
        html=template.render(paragraphs=text.strip().split("\n\n"), link=""),
    )
    message.add_attachment(
        certificate.encode(), maintype="application", subtype="json", filename="certificate.json"
    )
    mail.mailer(settings).deliver(message)
