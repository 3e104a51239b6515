from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from stackroom.core.errors import Invalid
from stackroom.core.schemas import In, Instant, Line, Out, PageOut, Text, example
from stackroom.staff.schemas import RoleKey

EXAMPLE = {
    "name": "Town account",
    "issuer": "https://login.town.example",
    "client_id": "stackroom",
    "scopes": "openid email profile",
    "groups_claim": "groups",
    "enabled": True,
    "required": False,
    "link_by_email": True,
    "create_accounts": True,
    "default_role": None,
    "group_roles": [{"group": "library-desk", "role": "librarian"}],
}


def _visible(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("Use letters, digits and signs of ASCII, without spaces.")
    return text


def _issuer(text: str) -> str:
    if not _visible(text).startswith(("https://", "http://")) or "?" in text or "#" in text:
        raise ValueError("Use the issuer's address as the provider writes it, from https:// on.")
    if text.endswith("/.well-known/openid-configuration"):
        raise ValueError("Leave out /.well-known/openid-configuration; we add it.")
    return text


def _scopes(text: str) -> str:
    wanted = text.split()
    if "openid" not in wanted or not text.isascii() or not text.isprintable():
        raise ValueError("Write the scopes with spaces between, “openid” among them.")
    return " ".join(wanted)


Visible = Annotated[str, AfterValidator(_visible)]
Issuer = Annotated[str, Field(min_length=9, max_length=500), AfterValidator(_issuer)]
Scopes = Annotated[str, Field(max_length=300), AfterValidator(_scopes)]
ClientId = Annotated[Visible, Field(min_length=1, max_length=300)]
Secret = Annotated[Visible, Field(max_length=1000)]
Name = Annotated[Line, StringConstraints(max_length=60)]


class GroupRole(In):
    group: Line
    role: RoleKey


class ProviderTerms(In):
    """What API and page ask for in the same way."""

    name: Name = Field(description="stands on the button: “Sign in with …”")
    issuer: Issuer
    client_id: ClientId
    scopes: Scopes = "openid email profile"
    groups_claim: Annotated[Line, StringConstraints(max_length=100)] = "groups"
    enabled: bool = Field(False, description="its button stands on the sign-in page")
    required: bool = Field(
        False, description="staff who are no admins must use it, instead of a password"
    )
    link_by_email: bool = Field(
        False, description="who has a verified e-mail of a proved domain gets that account"
    )
    create_accounts: bool = Field(
        False, description="as above, for whoever has no account: one is made"
    )
    default_role: RoleKey | None = Field(None, description="of a new account")


class ProviderIn(ProviderTerms):
    """`client_secret`: left out, the one that is kept stays; empty, there is none any more."""

    model_config = example({**EXAMPLE, "client_secret": "as-the-provider-shows-it"})

    client_secret: Secret | None = None
    group_roles: list[GroupRole] = Field(default_factory=list, max_length=100)


class ProviderForm(ProviderTerms):
    """The page's form. An empty secret was not given: the one that is kept stays."""

    client_secret: Secret | None = None
    group_roles: Text = Field("", max_length=10_000, description="a line each: group = role")

    def read(self) -> ProviderIn:
        """Raises Invalid (group_roles)."""
        members = self.model_dump(exclude={"group_roles"})
        lines = [line for line in self.group_roles.splitlines() if line.strip()]
        return ProviderIn(**members, group_roles=[_group_role(line) for line in lines])


def _group_role(line: str) -> GroupRole:
    """A group may be called with an equals sign, as those of LDAP are; a role is not."""
    group, _, role = line.rpartition("=")
    try:
        return GroupRole.model_validate({"group": group, "role": role})
    except ValidationError:
        raise Invalid.field("group_roles", f"“{line[:60]}” is not “group = role”.") from None


class ProviderOut(Out):
    """Its secret is never shown again."""

    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000040",
            **EXAMPLE,
            "has_secret": True,
            "redirect_uri": "https://north.example.org/sign-in/callback",
        }
    )

    id: UUID
    name: str
    issuer: str
    client_id: str
    scopes: str
    groups_claim: str
    enabled: bool
    required: bool
    link_by_email: bool
    create_accounts: bool
    default_role: str | None
    group_roles: list[GroupRole]
    has_secret: bool
    redirect_uri: str = Field(description="to be registered at the provider")


class ProvidersPage(PageOut):
    items: list[ProviderOut]


class IdentityOut(Out):
    model_config = example(
        {
            "id": "0197c0de-0000-7000-8000-000000000041",
            "issuer": "https://login.town.example",
            "subject": "00u1x2y3",
            "linked_at": "2026-03-28T09:00:00Z",
            "account_id": "0197c0de-0000-7000-8000-000000000008",
            "name": "Carl Holm",
            "email": "carl@north.example",
        }
    )

    id: UUID
    issuer: str
    subject: str
    linked_at: Instant
    account_id: UUID
    name: str
    email: str


class IdentitiesPage(PageOut):
    items: list[IdentityOut]


class StepOut(Out):
    title: str
    passed: bool
    finding: str


class ConnectionOut(Out):
    """What a test of the connection found, step by step; it ends at the first that fails."""

    model_config = example(
        {
            "passed": False,
            "steps": [
                {
                    "title": "The discovery document",
                    "passed": False,
                    "finding": "DNS knows no “login.town.example”",
                }
            ],
        }
    )

    passed: bool
    steps: list[StepOut]
