"""What is left of a purged organisation: how it ended, and the proof."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.orm import SHARED, Base, Tenancy


class Purge(Base):
    """Begun with the tombstone, in one transaction; done once the certificate is with the admins.
    In between it is taken up again after a crash."""

    __tablename__ = "purges"
    __tenancy__: ClassVar[Tenancy] = SHARED
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_purges_organisation_id"
        ),
    )

    organisation_id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(200))
    """For the last mail; forgotten once it is sent, as are the addresses it goes to."""
    addresses: Mapped[list[str]]
    erased: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How much of each store is gone so far."""
    certificate: Mapped[str] = mapped_column(sa.Text, default="")
    done_at: Mapped[datetime | None]
