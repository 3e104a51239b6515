"""The mail that says which key runs out, and when."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock, outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff.keys.models import ApiKey
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from stackroom.web.times import local_time
from tenants import context

MAIL = "keys.expiry_mail"
TEXT = """Hello {name},

the API key “{key}” of {organisation} ends on {until}. After that, the program that uses it is
refused.

To replace it without a break, open its page and choose “Replace”: {link}

If nobody needs the key any more, do nothing.
"""


def tell_admins(key: ApiKey) -> None:
    is_admin = Account.grants.any(
        sa.and_(RoleGrant.role == Role.ADMIN, RoleGrant.in_force(clock.now()))
    )
    for admin_id in db.session.scalars(sa.select(Account.id).where(is_admin, Account.active)):
        outbox.send(MAIL, {"key_id": str(key.id), "account_id": str(admin_id)})


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Says nothing of a key that was replaced or revoked meanwhile."""
    with transaction():
        key = db.session.scalars(sa.select(ApiKey).filter_by(id=UUID(payload["key_id"]))).one()
        admin = db.session.scalars(
            sa.select(Account).filter_by(id=UUID(payload["account_id"]))
        ).one()
        if key.is_over or key.replaced_at or not admin.active:
            return
        to, words = admin.email, _words(key, admin.name)
    settings = app().settings
    template = app().jinja_env.get_template("keys/mail/expiry.html")
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=f"An API key ends on {words['until']}",
        text=TEXT.format_map(words),
        html=template.render(words),
    )
    mail.mailer(settings).deliver(message)


def _words(key: ApiKey, name: str) -> dict[str, str]:
    tenant = context.current()
    return {
        "name": name,
        "key": key.label,
        "organisation": tenant.name,
        "until": local_time(key.expires_at),
        "link": f"{app().settings.origin(tenant.host)}/organisation/api-keys/{key.id}",
    }
