"""What an inviter may confer, as they stand now and not as they stood when they invited."""

from stackroom.core.actor import Channel
from stackroom.core.permissions import Principal
from stackroom.staff.errors import GrantBeyondOwn
from stackroom.staff.invitations.errors import InviterWithoutRight
from stackroom.staff.invitations.models import Invitation
from stackroom.staff.invitations.permissions import INVITATIONS_WRITE
from stackroom.staff.models import Account
from stackroom.staff.roles.granting import conferring, held_now, refuse_beyond


def voucher(found: Invitation) -> Principal:
    """The inviter. Raises InviterWithoutRight where they left, may invite nobody any more, or hold
    less than what the invitation confers."""
    inviter = _principal(found.inviter)
    if not found.inviter.active or not inviter.may(INVITATIONS_WRITE):
        raise InviterWithoutRight(inviter.name)
    try:
        refuse_beyond(found.wanted, inviter)
    except GrantBeyondOwn:
        raise InviterWithoutRight(inviter.name) from None
    return inviter


def _principal(account: Account) -> Principal:
    """Nobody is signed in as them, so the session is none of theirs."""
    grants = conferring(held_now(account))
    return Principal(account.id, account.email, account.name, grants, account.id, Channel.WEB)
