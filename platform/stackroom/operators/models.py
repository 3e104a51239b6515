"""Who runs the platform, and what they did. All of it is SHARED: no row is an organisation's."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from stackroom.core import clock
from tenants.orm import SHARED, Base, Tenancy


def _operator(table: str) -> sa.ForeignKey:
    return sa.ForeignKey("operators.id", name=f"fk_{table}_operator_id")


class Operator(Base):
    """Somebody who signs in to the console. Made by a command alone, never on a page."""

    __tablename__ = "operators"
    __tenancy__: ClassVar[Tenancy] = SHARED

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sealed_secret: Mapped[str] = mapped_column(sa.String(300))
    """The TOTP secret, encrypted; never shown again once the second factor is set up."""
    enrol_until: Mapped[datetime]
    """How long the password alone may set up the second factor."""
    enrolled_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """The time step of the last code taken: a code that was seen serves nobody else."""

    @property
    def title(self) -> str:
        """The name in every trail, the platform's and an organisation's."""
        return f"Operator {self.name} (Stackroom)"

    @property
    def may_enrol(self) -> bool:
        return self.enrolled_at is None and self.enrol_until > clock.now()


class OperatorRecoveryCode(Base):
    """Stands in for a lost telephone, once."""

    __tablename__ = "operator_recovery_codes"
    __tenancy__: ClassVar[Tenancy] = SHARED

    operator_id: Mapped[UUID] = mapped_column(
        _operator("operator_recovery_codes"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)


class OperatorSession(Base):
    """One sign-in to the console; the cookie holds a secret of which only the hash is kept."""

    __tablename__ = "operator_sessions"
    __tenancy__: ClassVar[Tenancy] = SHARED

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    operator_id: Mapped[UUID] = mapped_column(_operator("operator_sessions"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    proven: Mapped[bool]
    """Whether the second factor was given; without it a session can only set one up."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class OperatorFailure(Base):
    """Counts failed sign-ins of one e-mail address, known or not, to lock it out for a while."""

    __tablename__ = "operator_failures"
    __tenancy__: ClassVar[Tenancy] = SHARED

    email_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    locked_until: Mapped[datetime | None]


class OperatorAct(Base):
    """The platform's own trail: what an operator did or looked at. Without keys into other tables,
    for it outlives both the operator and the organisation."""

    __tablename__ = "operator_acts"
    __tenancy__: ClassVar[Tenancy] = SHARED
    __append_only__: ClassVar[bool] = True
    __table_args__ = (sa.Index("ix_operator_acts_organisation", "organisation", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    operator_id: Mapped[UUID | None]
    operator_name: Mapped[str] = mapped_column(sa.String(200))
    act: Mapped[str] = mapped_column(sa.String(40))
    organisation: Mapped[UUID | None]
    slug: Mapped[str] = mapped_column(sa.String(60), default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    ip: Mapped[str] = mapped_column(sa.String(45), default="")
    request_id: Mapped[str] = mapped_column(sa.String(64), default="")


class PlatformError(Base):
    """That something broke, where, and in which request: never what was said in it."""

    __tablename__ = "platform_errors"
    __tenancy__: ClassVar[Tenancy] = SHARED

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[str] = mapped_column(sa.String(200))
    method: Mapped[str] = mapped_column(sa.String(10))
    route: Mapped[str] = mapped_column(sa.String(200))
    """The rule with its placeholders, so that no id and no word of a reader stands here."""
    request_id: Mapped[str] = mapped_column(sa.String(64))
    organisation: Mapped[UUID | None]
    slug: Mapped[str] = mapped_column(sa.String(60), default="")


class SupportHandover(Base):
    """Carries an operator from the console to an organisation's host: once, within a minute."""

    __tablename__ = "support_handovers"
    __tenancy__: ClassVar[Tenancy] = SHARED

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    operator_id: Mapped[UUID] = mapped_column(_operator("support_handovers"))
    organisation: Mapped[UUID]
    grant_id: Mapped[UUID]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
