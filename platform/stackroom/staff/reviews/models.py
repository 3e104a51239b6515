"""A campaign that asks whether each person still needs each role, and its lines."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.core import clock
from tenants.columns import Json
from tenants.orm import Base, Scoped, tenant_key


class ReviewState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class About(StrEnum):
    """Whose roles are asked about."""

    EVERYBODY = "everybody"
    ROLE = "role"
    IDLE = "idle"


class Unanswered(StrEnum):
    """What becomes of a role about which nobody has said anything by the date."""

    REVOKE = "revoke"
    KEEP = "keep"


class LineState(StrEnum):
    """Reviewers take a line from OPEN to the next two; the end of the review to the others."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    KEPT = "kept"
    LAST_ADMIN = "last_admin"
    ACCOUNT_CLOSED = "account_closed"
    GONE = "gone"
    CHANGED = "changed"


def _words(kind: type[StrEnum]) -> sa.Enum:
    return sa.Enum(kind, native_enum=False, length=20, values_callable=list)


class AccessReview(Scoped, Base):
    """`reviewers` (id and name) is empty where each admin reviews. `due_on` is the last day, in
    `time_zone`, and `due_at` its end. `idle_days`: without a sign-in for so long one is idle."""

    __tablename__ = "access_reviews"
    __called__: ClassVar[str] = "access review"
    __labels__: ClassVar[Mapping[str, str]] = {
        "about": "scope",
        "idle_days": "days without a sign-in",
        "unanswered": "answer where nobody gives one",
        "close_idle": "closing of idle accounts",
        "reminder_days": "days of the reminders",
        "reminded_days": "last reminder, in days before the end",
        "due_on": "last day",
        "due_at": "end of the last day",
        "started_at": "start",
        "started_by": "person who started it",
        "ended_at": "end",
        "ended_by": "person who ended it",
        "end_reason": "reason of the end",
    }
    __table_args__ = (sa.Index("ix_access_reviews_due", "tenant_id", "state", "due_at"),)

    name: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[ReviewState] = mapped_column(_words(ReviewState), default=ReviewState.OPEN)
    about: Mapped[About] = mapped_column(_words(About))
    role: Mapped[str] = mapped_column(sa.String(40), default="")
    idle_days: Mapped[int | None]
    unanswered: Mapped[Unanswered] = mapped_column(_words(Unanswered))
    close_idle: Mapped[bool]
    """Whether idle accounts of which no role was confirmed are closed in the end."""
    reviewers: Mapped[list[dict[str, str]]] = mapped_column(Json)
    reminder_days: Mapped[list[int]] = mapped_column(Json)
    reminded_days: Mapped[int | None]
    """Of `reminder_days` the last that was acted upon."""
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_by: Mapped[str] = mapped_column(sa.String(200))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(sa.String(200), default="")
    end_reason: Mapped[str] = mapped_column(sa.String(500), default="")

    @property
    def label(self) -> str:
        return self.name


class AccessReviewLine(Scoped, Base):
    """One role of one person, as it was when the review began. `grant_id` refers to nothing: the
    grant may go while its line stays."""

    __tablename__ = "access_review_lines"
    __called__: ClassVar[str] = "line"
    __part_of__: ClassVar[str] = "access_review_id"
    __labels__: ClassVar[Mapping[str, str]] = {
        "grant_id": "number of the role",
        "email": "e-mail",
        "title": "name of the role",
        "permissions": "number of permissions",
        "library_id": "library",
        "library": "name of the library",
        "until": "end of the role",
        "last_sign_in_at": "last sign-in",
        "given_by": "person who gave it",
        "given_at": "time of giving",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "origin": {"hand": "by hand", "sign_on": "single sign-on", "directory": "the directory"}
    }
    __table_args__ = (
        tenant_key("access_review_id", to="access_reviews"),
        tenant_key("account_id", to="accounts"),
        sa.UniqueConstraint("tenant_id", "access_review_id", "grant_id"),
        sa.Index("ix_access_review_lines_account", "tenant_id", "account_id"),
    )

    access_review_id: Mapped[UUID]
    account_id: Mapped[UUID]
    grant_id: Mapped[UUID]
    person: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(60))
    """What the role was called."""
    permissions: Mapped[int]
    """How many of them the role confers."""
    library_id: Mapped[UUID | None]
    library: Mapped[str] = mapped_column(sa.String(200), default="")
    """Empty: every library."""
    until: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    origin: Mapped[str] = mapped_column(sa.String(20))
    """As of the grant: by hand, by single sign-on or by a directory."""
    given_by: Mapped[str] = mapped_column(sa.String(200), default="")
    given_at: Mapped[datetime | None]
    state: Mapped[LineState] = mapped_column(_words(LineState), default=LineState.OPEN)
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """What became of it, in order: at, by, by_id, before, after, note."""

    @property
    def label(self) -> str:
        return f"{self.person}: {self.title}"

    @property
    def last_decision(self) -> dict[str, Any]:
        return self.decisions[-1] if self.decisions else {}

    @property
    def is_own(self) -> bool:
        """Whether the reviewer decided about themself, as an organisation's only admin may."""
        return any(each["by_id"] == str(self.account_id) for each in self.decisions)
