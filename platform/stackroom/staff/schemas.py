from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, EmailStr, Field

from stackroom.core.schemas import In, Line, Out, PageOut, example
from stackroom.staff import passwords
from tenants import slugs

RoleName = Literal["admin", "librarian", "auditor"]
TIMEZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
ZONE_CHOICES = [(zone, zone.replace("_", " ")) for zone in TIMEZONES]


def _known_zone(name: str) -> str:
    if name not in TIMEZONES:
        raise ValueError("Use a name of the time zone database, such as Europe/Zurich.")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Slug = Annotated[str, Field(max_length=60), AfterValidator(slugs.check)]
NewPassword = Annotated[str, Field(min_length=passwords.MINIMUM, max_length=passwords.MAXIMUM)]


class SignUp(In):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "North Library",
                    "slug": "north",
                    "admin_name": "Anna Berg",
                    "admin_email": "anna@north.example",
                    "password": "a few quiet words",
                }
            ]
        }
    )

    name: Line
    slug: Slug
    admin_name: Line
    admin_email: EmailStr
    password: NewPassword
    timezone: Zone = "UTC"


class OrganisationOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000009",
            "slug": "north",
            "name": "North Library",
            "status": "provisioning",
            "url": "https://north.example.org",
        }
    )

    id: UUID
    slug: str
    name: str
    status: str
    url: str


class VerificationIn(In):
    model_config = example({"token": "eyJvIjoiMDE5N2MwZGUifQ.aGq1Zg.3kR2"})

    token: str = Field(max_length=2000)


class Credentials(In):
    model_config = example({"email": "anna@north.example", "password": "a few quiet words"})

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)
    otp: str | None = Field(None, max_length=20, description="for accounts with a second factor")


class SignIn(In):
    """The page's form."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)
    next: str = Field("", max_length=2000, description="where to go then")


class RefreshIn(In):
    model_config = example({"refresh_token": "q1w2e3r4t5"})

    refresh_token: str = Field(max_length=500)


class TokensOut(Out):
    model_config = example(
        {
            "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
            "refresh_token": "q1w2e3r4t5",
            "token_type": "Bearer",
            "expires_in": 900,
        }
    )

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind, not the token
    expires_in: int = Field(description="seconds")


class OrganisationRef(Out):
    id: UUID
    slug: str
    name: str


class MeOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000007",
            "email": "anna@north.example",
            "name": "Anna Berg",
            "roles": ["librarian"],
            "permissions": ["bibs.read", "loans.write"],
            "organisation": {
                "id": "0197c0de-0000-7000-8000-000000000009",
                "slug": "north",
                "name": "North Library",
            },
        }
    )

    id: UUID
    email: str
    name: str
    roles: list[str]
    permissions: list[str]
    organisation: OrganisationRef


class StaffIn(In):
    model_config = example(
        {
            "email": "carl@north.example",
            "name": "Carl Holm",
            "roles": ["librarian"],
            "password": "some calm words",
        }
    )

    email: EmailStr
    name: Line
    roles: list[RoleName] = Field(min_length=1, max_length=3)
    password: NewPassword = Field(description="the first password; to be handed over")


class StaffChange(In):
    model_config = example({"roles": ["librarian", "auditor"]})

    name: Line | None = None
    roles: list[RoleName] | None = Field(None, min_length=1, max_length=3)
    active: bool | None = None


class StaffOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000008",
            "email": "carl@north.example",
            "name": "Carl Holm",
            "roles": ["librarian"],
            "active": True,
        }
    )

    id: UUID
    email: str
    name: str
    roles: list[str]
    active: bool


class StaffPage(PageOut):
    items: list[StaffOut]


class StaffEdit(In):
    """The page's form, which always sends every member; an unticked box is false."""

    name: Line
    roles: list[RoleName] = Field(min_length=1, max_length=3)
    active: bool = False


class OrganisationIn(In):
    name: Line
    timezone: Zone


class PasswordChange(In):
    old_password: str = Field(max_length=1000)
    new_password: NewPassword


class RoleOut(Out):
    model_config = example(
        {
            "key": "auditor",
            "sentence": "Reads everything, changes nothing",
            "permissions": ["audit.read", "bibs.read"],
        }
    )

    key: str
    sentence: str
    permissions: list[str]


class RolesPage(PageOut):
    items: list[RoleOut]
