"""Who counts as staff in a control."""

from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.versioning import version_of
from stackroom.staff.models import RoleGrant
from stackroom.staff.roles.shipped import Role


def ever_staff() -> sa.Select[UUID]:
    """Accounts that have held another role than a patron's, now or before: who has left, has
    acted all the same."""
    version = version_of(RoleGrant)
    return sa.select(version.account_id).where(version.role != Role.PATRON)
