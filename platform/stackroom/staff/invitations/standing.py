"""Whether somebody may confer roles, now: whoever signs in to invite, and an inviter later on."""

from collections.abc import Sequence

from stackroom.core.errors import PermissionDenied
from stackroom.core.features import registry
from stackroom.core.permissions import Principal, held_by
from stackroom.staff.invitations.permissions import INVITATIONS_WRITE
from stackroom.staff.models import Account


class GrantBeyondOwn(PermissionDenied):
    code = "grant_beyond_own"
    detail = "You can give only what you hold yourself; leave out the roles that may do more."


def refuse_beyond(granter: Principal, roles: Sequence[str]) -> None:
    """Raises GrantBeyondOwn."""
    if held_by(roles, registry.permissions) - granter.permissions:
        raise GrantBeyondOwn


def may_still_confer(account: Account, roles: Sequence[str]) -> bool:
    held = held_by(account.roles, registry.permissions) if account.active else frozenset()
    return INVITATIONS_WRITE.key in held and held >= held_by(roles, registry.permissions)
