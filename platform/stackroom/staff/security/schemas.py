from typing import Literal
from uuid import UUID

from pydantic import EmailStr, Field

from stackroom.core.schemas import In, Instant, Out, PageOut, example
from stackroom.staff.schemas import NewPassword


class ResetRequest(In):
    model_config = example({"email": "anna@north.example"})

    email: EmailStr


ASKED = "If somebody signs in with this address, a link is on its way there, good for an hour."


class ResetAskedOut(Out):
    model_config = example({"detail": ASKED})

    detail: str = ASKED


class ResetConfirmation(In):
    model_config = example({"token": "kT3x9bq0", "new_password": "some calm words"})

    token: str = Field(max_length=200)
    new_password: NewPassword


class SessionOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000006",
            "created_at": "2026-03-28T09:00:00Z",
            "seen_at": "2026-03-28T11:45:00Z",
            "expires_at": "2026-03-28T21:00:00Z",
            "ip": "192.0.2.7",
            "program": "Firefox on Linux",
            "how": "password",
            "channel": "web",
            "present": True,
        }
    )

    id: UUID
    created_at: Instant
    seen_at: Instant = Field(description="to a quarter of an hour")
    expires_at: Instant
    ip: str
    program: str
    how: str = Field(description="what proved who it is")
    channel: Literal["web", "api"]
    present: bool = Field(description="the one that asks")


class SessionsPage(PageOut):
    items: list[SessionOut]
