"""The mail that says that a webhook was paused, and why."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock, outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.oversight.webhooks.models import State, Webhook
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from tenants import context

MAIL = "webhooks.paused_mail"
TEXT = """Hello {name},

the webhook “{webhook}” of {organisation} is paused: {why}. The audit trail is no longer sent there.

What happens meanwhile waits for thirty days. Mend the receiver, then open the webhook's page, send
a test, and choose “Resume”: {link}

If nobody needs the webhook any more, remove it there.
"""


def tell_admins(webhook: Webhook) -> None:
    is_admin = Account.grants.any(
        sa.and_(RoleGrant.role == Role.ADMIN, RoleGrant.in_force(clock.now()))
    )
    for admin_id in db.session.scalars(sa.select(Account.id).where(is_admin, Account.active)):
        outbox.send(MAIL, {"webhook_id": str(webhook.id), "account_id": str(admin_id)})


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Says nothing of a webhook that was resumed or removed meanwhile."""
    with transaction():
        webhook = db.session.scalar(sa.select(Webhook).filter_by(id=UUID(payload["webhook_id"])))
        admin = db.session.scalars(
            sa.select(Account).filter_by(id=UUID(payload["account_id"]))
        ).one()
        if webhook is None or webhook.state is not State.PAUSED or not admin.active:
            return
        to, words = admin.email, _words(webhook, admin.name)
    settings = app().settings
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=f"The webhook {words['webhook']} is paused",
        text=TEXT.format_map(words),
        html=app().jinja_env.get_template("webhooks/mail/paused.html").render(words),
    )
    mail.mailer(settings).deliver(message)


def _words(webhook: Webhook, name: str) -> dict[str, str]:
    tenant = context.current()
    return {
        "name": name,
        "webhook": webhook.name,
        "why": webhook.why,
        "organisation": tenant.name,
        "link": f"{app().settings.origin(tenant.host)}/audit/webhooks/{webhook.id}",
    }
