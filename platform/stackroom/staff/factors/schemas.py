from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from stackroom.core.schemas import In, Instant, Line, Out, example

Code = Annotated[str, Field(max_length=20, description="of the app, or a recovery code")]
Credential = Annotated[str, Field(max_length=40_000)]
"""What navigator.credentials gives, as JSON."""
PasskeyName = Annotated[Line, StringConstraints(max_length=80)]
Next = Annotated[str, Field(max_length=2000, description="where to go then")]


class OtpIn(In):
    otp: Code
    next: Next = ""


class AppCode(In):
    code: Code


class AssertionIn(In):
    credential: Credential
    next: Next = ""


class PasskeyIn(In):
    name: PasskeyName
    credential: Credential


class PasskeyChange(In):
    name: PasskeyName


class ProofIn(In):
    """One of the two."""

    model_config = example({"password": "a few quiet words"})

    password: str | None = Field(None, max_length=1000)
    otp: Code | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if bool(self.password) == bool(self.otp):
            raise ValueError("Give your password or a code, one of the two.")
        return self


class ConfirmIn(ProofIn):
    """The page's form."""

    next: Next = ""


class ProofOut(Out):
    model_config = example({"valid_until": "2026-03-28T10:15:00Z"})

    valid_until: Instant


class PasskeyOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-00000000000a",
            "name": "My telephone",
            "host": "north.example.org",
            "created_at": "2026-03-28T10:00:00Z",
            "used_at": None,
        }
    )

    id: UUID
    name: str
    host: str
    created_at: Instant
    used_at: Instant | None


class FactorsOut(Out):
    model_config = example({"authenticator_app": True, "passkeys": [], "recovery_codes_left": 10})

    authenticator_app: bool
    passkeys: list[PasskeyOut]
    recovery_codes_left: int


class SecurityIn(In):
    model_config = example({"roles": ["auditor"]})

    roles: list[Annotated[str, Field(max_length=40)]] = Field(
        [], max_length=100, description="keys of the roles that need a second factor"
    )


class SecurityOut(Out):
    model_config = example({"roles": ["admin"]})

    roles: list[str]
