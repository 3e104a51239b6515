"""The link in the mail becomes an account, once."""

from dataclasses import replace

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import actor, clock, permissions
from stackroom.core.database import db, survive
from stackroom.staff import service, sign_in, tokens
from stackroom.staff.invitations import events, standing
from stackroom.staff.invitations.errors import InvitationVoid, InviterWithoutRight
from stackroom.staff.invitations.models import Invitation, InvitationLink
from stackroom.staff.models import Account
from stackroom.staff.passwords import Passwords
from stackroom.staff.roles.assigning import told


def look(token: str) -> Invitation:
    """Whom a link invites; changes nothing. Raises InvitationVoid or InviterWithoutRight."""
    found = db.session.scalar(_wanted(token))
    if found is None:
        raise InvitationVoid
    standing.voucher(found)
    return found


def accept(token: str, *, name: str, password: str, hasher: Passwords) -> Account:
    """Raises InvitationVoid, InviterWithoutRight, Invalid (password), PlanLimitReached or
    EmailTaken."""
    found = _taken(token)
    try:
        permissions.enter(standing.voucher(found))  # the inviter's rights bound what is given
    except InviterWithoutRight as refusal:
        label, why = found.email, refusal.detail  # the rollback leaves nothing to read them from
        survive(lambda: record(events.UNUSABLE, label=label, why=why))
        raise
    account = service.add(
        email=found.email, name=name, grants=found.wanted, password=password, hasher=hasher
    )
    found.accepted_at, found.account_id = clock.now(), account.id
    # From here on the request is that person's, in the trail too.
    actor.enter(replace(actor.provenance(), actor=sign_in.actor_of(account)))
    record(events.ACCEPTED, found, before="pending", after=told(account))
    return account


def _wanted(token: str) -> sa.Select[Invitation]:
    return (
        sa.select(Invitation)
        .join(InvitationLink, InvitationLink.invitation_id == Invitation.id)
        .where(InvitationLink.token_hash == tokens.digest(token))
        .where(InvitationLink.expires_at > clock.now())
    )


def _taken(token: str) -> Invitation:
    """Of two who come at once, the row lets one in after the other, and the second finds the link
    gone. The invitation is locked first, as it is by whoever sends it again."""
    found = db.session.scalar(_wanted(token).with_for_update(of=Invitation))
    if found is None:
        raise InvitationVoid
    link = sa.delete(InvitationLink).where(InvitationLink.token_hash == tokens.digest(token))
    if not db.session.execute(link).rowcount:  # type: ignore[attr-defined]  # a DELETE counts
        raise InvitationVoid
    return found
