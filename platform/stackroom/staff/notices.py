"""Mails about accounts, sent from the outbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff.models import Account
from stackroom.staff.sign_up import verification_token
from tenants import context

VERIFY = """Hello {name},

{organisation} has signed up for Stackroom. Open it with this link:

{link}

The link serves for two days. Afterwards you sign in at {address}.
If you did not sign up, do nothing: the organisation stays closed.
"""


def send_verification(message_id: UUID, payload: Mapping[str, Any]) -> None:
    settings, tenant = app().settings, context.current()
    account_id = UUID(payload["account_id"])
    with transaction():
        account = db.session.scalars(sa.select(Account).where(Account.id == account_id)).one()
        name, email = account.name, account.email
    token = verification_token(account_id, settings.secret_key.get_secret_value())
    words = {
        "name": name,
        "organisation": tenant.name,
        # both from stored hosts: a forged Host header must not lead a link astray
        "link": f"{settings.origin(settings.base_domain)}/verify?token={token}",
        "address": settings.origin(tenant.host),
    }
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=email,
        subject=f"Open {tenant.name} on Stackroom",
        text=VERIFY.format(**words),
        html=app().jinja_env.get_template("staff/mail/verify.html").render(words),
    )
    mail.mailer(settings).deliver(message)
