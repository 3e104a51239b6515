"""Mails about accounts, sent from the outbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app

from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.notifications import mail
from stackroom.staff.models import Account
from stackroom.staff.sign_up import verification_token
from tenants import context

import sqlalchemy as sa

VERIFY = """Hello {name},

{organisation} has signed up for Stackroom. Open it with this link:

{link}

The link serves for two days. Afterwards you sign in at {address}.
If you did not sign up, do nothing: the organisation stays closed.
"""


def send_verification(message_id: UUID, payload: Mapping[str, Any]) -> None:
    app: Stackroom = current_app._get_current_object()  # type: ignore[attr-defined]
    settings, tenant = app.settings, context.current()
    with transaction():
        account = db.session.scalars(
            sa.select(Account).where(Account.id == UUID(payload["account_id"]))
        ).one()
        name, email = account.name, account.email
    token = verification_token(UUID(payload["account_id"]), settings.secret_key.get_secret_value())
    text = VERIFY.format(
        name=name,
        organisation=tenant.name,
        link=f"{settings.origin(settings.base_domain)}/verify?token={token}",
        address=settings.origin(tenant.host),
    )
    mail.mailer(settings).deliver(
        mail.compose(
            message_id, sender=settings.mail_from, to=email, tenant=str(tenant.uuid),
            subject=f"Open {tenant.name} on Stackroom", text=text,
        )  # fmt: skip
    )
