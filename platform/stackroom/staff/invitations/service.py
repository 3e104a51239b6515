"""Inviting somebody, sending it again, taking it back."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.permissions import Principal
from stackroom.staff import sign_in
from stackroom.staff.errors import EmailTaken
from stackroom.staff.invitations import events, notices, standing
from stackroom.staff.invitations.errors import AlreadyInvited, InvitationOver
from stackroom.staff.invitations.models import (
    LASTS,
    Invitation,
    InvitationLink,
    InvitationState,
    InvitedRole,
)
from stackroom.staff.models import Account
from stackroom.web.times import local_time


def invite(
    inviter: Principal, *, email: str, roles: Sequence[str], name: str | None = None
) -> Invitation:
    """Raises GrantBeyondOwn, EmailTaken or AlreadyInvited."""
    standing.refuse_beyond(inviter, roles)
    address = sign_in.normalise(email)
    _refuse_colleague(address)
    _make_way(address)
    made = Invitation(
        email=address,
        name=name or "",
        invited_by_id=inviter.id,
        expires_at=clock.now() + LASTS,
        roles=[InvitedRole(role=role) for role in sorted(set(roles))],
    )
    db.session.add(made)
    try:
        db.session.flush()  # the database decides who was first to invite
    except IntegrityError:
        raise AlreadyInvited from None
    _post(made)
    record(
        events.INVITED, made, after=", ".join(made.role_names), until=local_time(made.expires_at)
    )
    return made


def resend(inviter: Principal, invitation_id: UUID) -> Invitation:
    """Whoever sends it again vouches for it from now on. The link that was sent before is dead.

    Raises NotFound, InvitationOver, GrantBeyondOwn or EmailTaken.
    """
    found = _open(invitation_id)
    standing.refuse_beyond(inviter, found.role_names)
    _refuse_colleague(found.email)
    before = found.expires_at
    found.invited_by_id, found.expires_at = inviter.id, clock.now() + LASTS
    found.sendings += 1
    db.session.flush()
    db.session.expire(found, ["inviter"])  # it is somebody else, maybe
    _kill_link(found)
    _post(found)
    record(
        events.RESENT, found, before=local_time(before), after=local_time(found.expires_at),
        sendings=found.sendings,
    )  # fmt: skip
    return found


def revoke(invitation_id: UUID) -> None:
    """Raises NotFound or InvitationOver."""
    _revoke(_open(invitation_id))


def invitation(invitation_id: UUID) -> Invitation:
    return _found(sa.select(Invitation).where(Invitation.id == invitation_id))


def _open(invitation_id: UUID) -> Invitation:
    """Locked, so that nobody accepts meanwhile."""
    found = _found(sa.select(Invitation).where(Invitation.id == invitation_id).with_for_update())
    if found.state in (InvitationState.ACCEPTED, InvitationState.REVOKED):
        raise InvitationOver
    return found


def _found(wanted: sa.Select[Invitation]) -> Invitation:
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def _refuse_colleague(email: str) -> None:
    if db.session.scalar(sa.select(Account.id).where(Account.email == email)):
        raise EmailTaken


def _make_way(email: str) -> None:
    """One open invitation an address; one that has run out makes way for the next."""
    earlier = db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.email == email)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .with_for_update()
    )
    if earlier is None:
        return
    if earlier.state is InvitationState.PENDING:
        raise AlreadyInvited
    _revoke(earlier)


def _revoke(found: Invitation) -> None:
    before = found.state
    found.revoked_at = clock.now()
    _kill_link(found)
    record(events.REVOKED, found, before=before, after=found.state)
    db.session.flush()  # before the address is invited anew


def _kill_link(found: Invitation) -> None:
    links = sa.delete(InvitationLink).where(InvitationLink.invitation_id == found.id)
    db.session.execute(links)


def _post(found: Invitation) -> None:
    payload = {"invitation_id": str(found.id), "sending": found.sendings}
    outbox.send(notices.MAIL, payload)
