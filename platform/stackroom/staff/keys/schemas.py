from ipaddress import ip_network
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from stackroom.core.pagination import PageQuery
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example

DEFAULT_DAYS, LONGEST_DAYS = 90, 365
DEFAULT_OVERLAP, LONGEST_OVERLAP = 24, 168
"""Hours."""
DEFAULT_CALLS, MOST_CALLS = 600, 6000
"""A minute."""
MOST_ADDRESSES = 50


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError:
        raise ValueError(
            f"“{text}” is no address or network; write 203.0.113.7 or 203.0.113.0/24."
        ) from None


Network = Annotated[str, Field(max_length=50), AfterValidator(_network)]
Name = Annotated[Line, StringConstraints(max_length=100)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
Hours = Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)]
Calls = Annotated[int, Field(ge=1, le=MOST_CALLS)]
Permissions = Annotated[list[str], Field(min_length=1, max_length=200)]
State = Literal["open", "ends_soon", "replaced", "ended", "revoked"]


class ServiceAccountIn(In):
    model_config = example({"name": "Website", "description": "Shows new titles on our site"})

    name: Name
    description: Annotated[Text, Field(max_length=500)] = ""


class ServiceAccountChange(In):
    model_config = example({"description": "Shows new titles on our site and in the app"})

    name: Name | None = None
    description: Annotated[Text, Field(max_length=500)] | None = None


class ServiceAccountOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000050",
            "name": "Website",
            "description": "Shows new titles on our site",
            "created_at": "2026-03-28T09:00:00Z",
            "closed_at": None,
        }
    )

    id: UUID
    name: str
    description: str
    created_at: Instant
    closed_at: Instant | None


class ServiceAccountsPage(PageOut):
    items: list[ServiceAccountOut]


class KeyIn(In):
    model_config = example(
        {
            "service_account_id": "0197c0de-0000-7000-8000-000000000050",
            "name": "Live site",
            "permissions": ["bibs.read"],
            "expires_in_days": 90,
            "addresses": ["203.0.113.0/24"],
        }
    )

    service_account_id: UUID
    name: Name
    permissions: Permissions
    expires_in_days: Days = DEFAULT_DAYS
    addresses: list[Network] = Field(
        [], max_length=MOST_ADDRESSES, description="networks (CIDR) it serves from; none: all"
    )
    calls_per_minute: Calls = DEFAULT_CALLS
    ends_with_maker: bool = Field(
        False, description="whether it ends when the account of whoever makes it is closed"
    )


def _networks(text: str) -> str:
    return "\n".join(_network(each) for each in text.split())


class KeyForm(In):
    """The page's form: each network stands on a line of its own."""

    service_account_id: UUID
    name: Name
    permissions: Permissions
    expires_in_days: Days = DEFAULT_DAYS
    addresses: Annotated[Text, Field(max_length=2000), AfterValidator(_networks)] = ""
    calls_per_minute: Calls = DEFAULT_CALLS
    ends_with_maker: bool = False


class RotationIn(In):
    model_config = example({"overlap_hours": 24})

    overlap_hours: Hours = Field(DEFAULT_OVERLAP, description="how long the old key still serves")


class KeyQuery(PageQuery):
    service_account_id: UUID | None = None


KEY: dict[str, Any] = {
    "id": "0197c0de-0000-7000-8000-000000000051",
    "service_account_id": "0197c0de-0000-7000-8000-000000000050",
    "name": "Live site",
    "state": "open",
    "permissions": ["bibs.read"],
    "addresses": ["203.0.113.0/24"],
    "calls_per_minute": 600,
    "ends_with_maker": False,
    "created_at": "2026-03-28T09:00:00Z",
    "created_by_id": "0197c0de-0000-7000-8000-000000000007",
    "expires_at": "2026-06-26T09:00:00Z",
    "replaced_at": None,
    "revoked_at": None,
    "last_used_at": "2026-03-30T07:20:00Z",
    "last_used_ip": "203.0.113.7",
}


class KeyOut(Out):
    model_config = example(KEY)

    id: UUID
    service_account_id: UUID
    name: str
    state: State
    permissions: list[str]
    addresses: list[str]
    calls_per_minute: int
    ends_with_maker: bool
    created_at: Instant
    created_by_id: UUID
    expires_at: Instant
    replaced_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None = Field(description="to the hour")
    last_used_ip: str


class KeysPage(PageOut):
    items: list[KeyOut]


class MadeKeyOut(KeyOut):
    model_config = example(
        KEY
        | {
            "last_used_at": None,
            "last_used_ip": "",
            "token": "sr_north_0197c0de000070008000000000000051_q1w2e3r4t5",
        }
    )

    token: str = Field(description="the key itself; it is shown this once")
