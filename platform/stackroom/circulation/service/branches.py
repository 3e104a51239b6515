"""Where the desk stands."""

import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.libraries.models import Library


def branch(code: str | None) -> Library | None:
    """None where the desk does not say, and the item's own library stands in.

    Raises Invalid.
    """
    if code is None:
        return None
    found = db.session.scalar(sa.select(Library).where(Library.code == code))
    if found is None:
        raise Invalid.field("library", f"There is no library with the code “{code}”.")
    return found
