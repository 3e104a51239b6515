"""Mails: the latest checkpoint to where the organisation wants it, and that seals are broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock, outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import app
from stackroom.notifications import mail
from stackroom.oversight.seals import statements
from stackroom.oversight.seals.models import AuditCheckpoint, SealCheck, SealDelivery
from stackroom.oversight.seals.permissions import SEALS_READ
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.service import staff_roles
from stackroom.web.times import local_time
from tenants import context

MAIL_CHECKPOINT, MAIL_BROKEN = "audit.checkpoint", "seals.broken_mail"


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` is filled with organisation, link, and what the notice is about."""

    subject: str
    text: str


CHECKPOINT = Notice(
    "Checkpoint {number} of the audit of {organisation}",
    """Hello,

this is the latest checkpoint over the audit trail of {organisation}, made on {made_at}:

{number}:{digest}

Keep this mail where nobody who runs {organisation} can change it. Whoever holds it can prove later
that nothing up to then was altered, removed or added: give it to the verifier as --known.

{link}
""",
)
BROKEN = Notice(
    "The audit trail of {organisation} was tampered with",
    """Hello {name},

a check of the sealed audit trail of {organisation} found {faults} faults. The first one:

{first_fault}

Take evidence now, before anything else is changed, and keep it elsewhere. Then find out who can
write to the database.

{link}
""",
)


def tell_broken(found: SealCheck) -> None:
    for who in watchers():
        outbox.send(MAIL_BROKEN, {"check_id": str(found.id), "account_id": str(who.id)})


def watchers() -> Sequence[Account]:
    """Whoever may check the seals, in the whole organisation."""
    able = [each.key for each in staff_roles() if SEALS_READ.key in each.permissions]
    held = sa.and_(
        RoleGrant.role.in_(able), RoleGrant.library_id.is_(None), RoleGrant.in_force(clock.now())
    )
    wanted = sa.select(Account).where(Account.grants.any(held), Account.active)
    return db.session.scalars(wanted.order_by(Account.name, Account.id)).all()


def send_broken(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with transaction():
        found = db.session.scalar(
            sa.select(SealCheck).where(SealCheck.id == UUID(payload["check_id"]))
        )
        who = db.session.scalar(sa.select(Account).where(Account.id == UUID(payload["account_id"])))
        if found is None or who is None or not who.active:
            return
        to, first = who.email, found.faults[0]["sentence"]
        words = {"name": who.name, "faults": str(found.fault_count), "first_fault": first}
        words["link"] = _link(f"/audit/seals/checks/{found.id}")
    _deliver(message_id, BROKEN, to, words)


def send_checkpoint(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """To one address, if it is to go there still."""
    with transaction():
        delivery_id = SealDelivery.id == UUID(payload["delivery_id"])
        delivery = db.session.scalar(sa.select(SealDelivery).where(delivery_id))
        if delivery is None or payload["to"] not in delivery.addresses:
            return
        number = AuditCheckpoint.number == payload["number"]
        found = db.session.scalars(sa.select(AuditCheckpoint).where(number)).one()
        words = {
            "number": str(found.number),
            "digest": statements.digest(found),
            "made_at": local_time(found.made_at),
            "link": _link("/audit/seals"),
        }
    _deliver(message_id, CHECKPOINT, payload["to"], words)


def _link(path: str) -> str:
    return f"{app().settings.origin(context.current().host)}{path}"


def _deliver(message_id: UUID, notice: Notice, to: str, about: dict[str, str]) -> None:
    words = {"organisation": context.current().name, **about}
    text, settings = notice.text.format_map(words), app().settings
    template = app().jinja_env.get_template("seals/mail/notice.html")
    paragraphs = text.strip().split("\n\n")[:-1]
    message = mail.compose(
        message_id,
        sender=settings.mail_from,
        to=to,
        subject=notice.subject.format_map(words),
        text=text,
        html=template.render(paragraphs=paragraphs, link=words["link"]),
    )
    mail.mailer(settings).deliver(message)
