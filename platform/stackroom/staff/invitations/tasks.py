import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.staff.invitations.models import InvitationLink


def forget_links() -> None:
    """A chore: a link that has run out needs no hash any more."""
    with transaction():
        db.session.execute(
            sa.delete(InvitationLink).where(InvitationLink.expires_at <= clock.now())
        )
