from datetime import date
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, ConfigDict, EmailStr, Field, model_validator

from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.staff import passwords
from tenants import slugs

RoleKey = Annotated[str, Field(min_length=1, max_length=40)]
TIMEZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
ZONE_CHOICES = [(zone, zone.replace("_", " ")) for zone in TIMEZONES]


def _known_zone(name: str) -> str:
    if name not in TIMEZONES:
        raise ValueError("Use a name of the time zone database, such as Europe/Zurich.")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
MOST_ROLES = 20
WHOLE = "roles held in all libraries and for good"
PLACED = "roles held at one library, or until a time"
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


class GrantIn(In):
    model_config = example(
        {
            "role": "circulation",
            "library_id": "0197c0de-0000-7000-8000-000000000011",
            "until": "2027-01-31T23:00:00Z",
        }
    )

    role: RoleKey
    library_id: UUID | None = Field(None, description="null: in all libraries")
    until: AwareDatetime | None = Field(None, description="null: for good")


class GrantOut(Out):
    id: UUID
    role: str
    library_id: UUID | None
    until: Instant | None
    origin: str = Field(description="hand, sign_on or directory")


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
    roles: list[RoleKey] = Field([], max_length=MOST_ROLES, description=WHOLE)
    grants: list[GrantIn] = Field([], max_length=MOST_ROLES, description=PLACED)
    password: NewPassword = Field(description="the first password; to be handed over")

    @model_validator(mode="after")
    def has_a_role(self) -> "StaffIn":
        if not self.roles and not self.grants:
            raise ValueError("Give at least one role, in `roles` or in `grants`.")
        return self


class RoleRow(In):
    """A row of a form: a role, where, and its last day. An empty row is not sent."""

    role: str = Field("", max_length=40)
    library_id: UUID | None = None
    until: date | None = Field(None, le=date(2099, 12, 31))

    @model_validator(mode="after")
    def has_a_role(self) -> "RoleRow":
        if not self.role:
            raise ValueError("Choose a role in each row, or leave the whole row empty.")
        return self


class NewPerson(In):
    """The page's form."""

    email: EmailStr
    name: Line
    password: NewPassword
    roles: list[RoleRow] = Field(min_length=1, max_length=MOST_ROLES)


class StaffChange(In):
    """`roles` and `grants` together replace what was given by hand; without both, all stays."""

    model_config = example({"roles": ["librarian", "auditor"]})

    name: Line | None = None
    roles: list[RoleKey] | None = Field(None, max_length=MOST_ROLES, description=WHOLE)
    grants: list[GrantIn] | None = Field(None, max_length=MOST_ROLES, description=PLACED)
    active: bool | None = None


class StaffQuery(PageQuery):
    q: Text = Field("", max_length=200, description="words of a name or an e-mail address")
    role: RoleKey | None = Field(None, description="held now, in all libraries or at one")
    active: bool | None = Field(None, description="open or closed accounts; both without it")
    sort: Literal["name", "-name", "email", "-email", "created", "-created"] = "name"


class StaffOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000008",
            "email": "carl@north.example",
            "name": "Carl Holm",
            "roles": ["librarian"],
            "grants": [
                {
                    "id": "0197c0de-0000-7000-8000-000000000012",
                    "role": "librarian",
                    "library_id": None,
                    "until": None,
                    "origin": "hand",
                }
            ],
            "active": True,
        }
    )

    id: UUID
    email: str
    name: str
    roles: list[str] = Field(description="in force now, wherever")
    grants: list[GrantOut] = Field(description="each with its library and its end")
    active: bool


class StaffPage(PageOut):
    items: list[StaffOut]


class PersonEdit(In):
    """The page's form."""

    name: Line


class RolesEdit(In):
    """The page's form: all roles that are given by hand."""

    roles: list[RoleRow] = Field([], max_length=MOST_ROLES)
    revision: int = Field(description="of the account as the page showed it")


class OrganisationIn(In):
    name: Line
    timezone: Zone


class PasswordChange(In):
    old_password: str = Field(max_length=1000)
    new_password: NewPassword
