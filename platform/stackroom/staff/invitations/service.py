"""Inviting somebody, sending it again, taking it back."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.permissions import Principal
from stackroom.staff import sign_in
from stackroom.staff.errors import EmailTaken
from stackroom.staff.invitations import events, notices
from stackroom.staff.invitations.errors import AlreadyInvited, InvitationOver
from stackroom.staff.invitations.models import (
    LASTS,
    Invitation,
    InvitationLink,
    InvitationState,
    InvitedRole,
)
from stackroom.staff.models import Account
from stackroom.staff.roles.assigning import in_words
from stackroom.staff.roles.granting import Wanted, refuse_beyond, refuse_unknown
from stackroom.staff.roles.shipped import Role
from stackroom.web.times import local_time


def invite(
    inviter: Principal,
    *,
    email: str,
    name: str | None = None,
    roles: Sequence[str] = (),
    grants: Sequence[Wanted] = (),
) -> Invitation:
    """Raises Invalid (roles), GrantBeyondOwn, EmailTaken or AlreadyInvited."""
    wanted = {each.place: each for each in (*map(Wanted, roles), *grants)}.values()
    _refuse_patrons(wanted)
    refuse_unknown([*wanted])
    refuse_beyond(wanted, inviter)
    address = sign_in.normalise(email)
    _refuse_colleague(address)
    _make_way(address)
    made = Invitation(
        email=address,
        name=name or "",
        invited_by_id=inviter.id,
        expires_at=clock.now() + LASTS,
        grants=[
            InvitedRole(role=each.role, library_id=each.library_id, until=each.until)
            for each in wanted
        ],
    )
    db.session.add(made)
    try:
        db.session.flush()  # the database decides who was first to invite
    except IntegrityError:
        raise AlreadyInvited from None
    _post(made)
    until = local_time(made.expires_at)
    record(events.INVITED, made, before="none", after=in_words(wanted), until=until)
    return made


def resend(inviter: Principal, invitation_id: UUID) -> Invitation:
    """Whoever sends it again vouches for it from now on. The link that was sent before is dead.

    Raises NotFound, InvitationOver, GrantBeyondOwn or EmailTaken.
    """
    found = _open(invitation_id)
    refuse_beyond(found.wanted, inviter)
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


def _refuse_patrons(wanted: Collection[Wanted]) -> None:
    if not wanted:
        raise Invalid.field("roles", "Give at least one role.")
    if any(each.role == Role.PATRON for each in wanted):
        raise Invalid.field("roles", "Patrons are not invited: give them a sign-in at their card.")


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
