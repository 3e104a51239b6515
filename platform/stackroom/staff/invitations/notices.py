"""The mail that invites."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff import tokens
from stackroom.staff.invitations.models import Invitation, InvitationLink, InvitationState
from stackroom.staff.roles.assigning import in_words
from stackroom.web.times import local_time
from tenants import context

MAIL = "staff.invitation_mail"
TEXT = """{greeting}

{inviter} invites you to work at {organisation}, as {roles}. Choose your password here:

{link}

The link serves once, until {until}. Afterwards you sign in at {address}.
If you do not know {inviter}, do nothing: no account is opened.
"""


def send(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """The secret is made as the mail is written, so it stands in the mail and nowhere else: not in
    the message that asked for it, and in the database only as a hash. A mail that is written again
    holds a new link, which is then the one that serves."""
    with transaction():
        written = _words(UUID(payload["invitation_id"]), payload["sending"])
    if written is None:
        return
    to, words = written
    settings = app().settings
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=f"{words['inviter']} invites you to {words['organisation']}",
        text=TEXT.format(**words),
        html=app().jinja_env.get_template("invitations/mail/invite.html").render(words),
    )
    mail.mailer(settings).deliver(message)


def _words(invitation_id: UUID, sending: int) -> tuple[str, dict[str, str]] | None:
    """None where it was revoked, accepted or sent again since."""
    wanted = sa.select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    found = db.session.scalars(wanted).one()
    if found.state is not InvitationState.PENDING or found.sendings != sending:
        return None
    tenant = context.current()
    # from the stored host: a forged Host header must not lead the link astray
    address = app().settings.origin(tenant.host)
    return found.email, {
        "greeting": f"Hello {found.name}," if found.name else "Hello,",
        "inviter": found.invited_by,
        "organisation": tenant.name,
        "roles": in_words(found.wanted),
        "link": f"{address}/invitations/accept?token={_new_link(found)}",
        "until": local_time(found.expires_at),
        "address": address,
    }


def _new_link(found: Invitation) -> str:
    db.session.execute(sa.delete(InvitationLink).where(InvitationLink.invitation_id == found.id))
    secret, stored = tokens.new_secret()
    db.session.add(
        InvitationLink(invitation_id=found.id, token_hash=stored, expires_at=found.expires_at)
    )
    return secret
