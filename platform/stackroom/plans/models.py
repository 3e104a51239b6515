"""How much may still be added before the rows themselves are counted again."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tenants.orm import Base, Ledger


class Headroom(Ledger, Base):
    """At least `left` more fit under the limit `allowed`, under which it was counted. Deleting
    does not give back: that is found when nothing is left and the rows are counted again."""

    __tablename__ = "plan_headroom"
    __unversioned__: ClassVar[str] = "a bound drawn from the rows, which keep their own history"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "measure"),)

    measure: Mapped[str] = mapped_column(sa.String(20))
    allowed: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    left: Mapped[int] = mapped_column(sa.BigInteger, default=0)
