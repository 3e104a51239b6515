"""The row of the open organisation. SHARED, so it is named here and the wall does not cut it."""

import sqlalchemy as sa

from stackroom.core.database import db
from tenants import context
from tenants.models import Organisation


def present() -> Organisation:
    """Raises NoTenant."""
    own = sa.select(Organisation).where(Organisation.id == context.current().id)
    return db.session.scalars(own).one()
