"""Where people are signed in, in words."""

from uuid import UUID

from stackroom.staff.models import SignInSession
from stackroom.staff.security import programs
from stackroom.staff.security.schemas import SessionOut


def describe(one: SignInSession, present: UUID) -> SessionOut:
    return SessionOut(
        id=one.id,
        created_at=one.created_at,
        seen_at=one.seen_at or one.created_at,
        expires_at=one.expires_at,
        ip=one.ip,
        program=programs.name(one.user_agent),
        how=one.how or "password",
        channel="api" if one.channel == "api" else "web",
        present=one.id == present,
    )
