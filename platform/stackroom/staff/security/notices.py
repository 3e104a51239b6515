"""Sends the mails about the safety of an account, from the outbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.staff.models import Account, SignInSession
from stackroom.staff.security import events, links, mails, programs
from stackroom.web.times import local_time
from tenants import context

RESET_MAIL = "security.reset_mail"
PASSWORD_CHANGED_MAIL = "security.password_changed_mail"  # noqa: S105 - a topic
FORGOTTEN = "/forgot-password"


def send_reset(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """To nobody where the address is unknown, the account closed or without a password of its own,
    or where too many were asked for. What an admin orders is sent to whoever is open."""
    ordered = "account_id" in payload
    with transaction():
        account = _account(payload["account_id"]) if ordered else _by_email(payload["email"])
        if account is None or not (ordered or _may_ask(account, message_id)):
            return
        token = links.issue(account, message_id)
        if not token:
            return
        record(events.RESET_SENT, account)
        to, name = account.email, account.name
    words = mails.RESET_ORDERED if ordered else mails.RESET_ASKED
    _deliver(message_id, words, to, name, f"/reset-password?token={token}")


def send_password_changed(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with transaction():
        account = _account(payload["account_id"])
        if account is None:
            return
        to, name = account.email, account.name
    _deliver(message_id, mails.PASSWORD_CHANGED, to, name, FORGOTTEN)


def send_new_device(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with transaction():
        account = _account(payload["account_id"])
        session = db.session.scalar(
            sa.select(SignInSession).where(SignInSession.id == UUID(payload["session_id"]))
        )
        if account is None or session is None:
            return
        to, name, ip = account.email, account.name, session.ip or "not known"
        program, at = programs.name(session.user_agent), local_time(session.created_at)
    _deliver(message_id, mails.NEW_DEVICE, to, name, FORGOTTEN, program=program, ip=ip, at=at)


def _account(account_id: str) -> Account | None:
    wanted = sa.select(Account).where(Account.id == UUID(account_id), Account.active)
    return db.session.scalar(wanted)


def _by_email(email: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.email == email, Account.active))


def _may_ask(account: Account, message_id: UUID) -> bool:
    return bool(account.password_hash) and not links.too_many(account, message_id)


def _deliver(
    message_id: UUID, words: mails.Words, to: str, name: str, path: str, **facts: str
) -> None:
    settings, tenant = app().settings, context.current()
    link = f"{settings.origin(tenant.host)}{path}"
    filled = {"name": name, "organisation": tenant.name, "link": link, **facts}
    text = words.text.format_map(filled)
    template = app().jinja_env.get_template("security/mail/notice.html")
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=words.subject.format_map(filled),
        text=text,
        html=template.render(paragraphs=text.strip().split("\n\n"), link=link, label=words.label),
    )
    mail.mailer(settings).deliver(message)
