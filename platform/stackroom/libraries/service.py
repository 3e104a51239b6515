"""Branches of the open organisation."""

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.libraries.models import Library, ServicePoint, ShelvingLocation
from tenants import context


def main_library() -> Library:
    """The branch that stands first; every organisation is born with one."""
    return db.session.scalars(sa.select(Library).order_by(Library.id).limit(1)).one()


def libraries() -> list[Library]:
    return list(db.session.scalars(sa.select(Library).order_by(Library.name)))


def provision() -> None:
    """One branch with one desk and one shelf, in the organisation's own time zone."""
    tenant = context.current()
    library = Library(code="main", name="Main library", timezone=tenant.timezone)
    library.service_points.append(ServicePoint(name="Circulation desk"))
    library.locations.append(ShelvingLocation(code="stacks", name="Stacks"))
    db.session.add(library)
    db.session.flush()  # the defaults of other features refer to the main library
