"""Where an organisation's people sign in elsewhere, and who they are there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stackroom.audit.pseudonyms import personal
from stackroom.core import clock
from tenants.orm import Base, Scoped, tenant_key


class SsoProvider(Scoped, Base):
    """An OpenID Connect provider that the organisation's admin trusts."""

    __tablename__ = "sso_providers"
    __versioned__: ClassVar[dict[str, Any]] = {"exclude": ["sealed_secret"]}
    __called__: ClassVar[str] = "sign-in provider"
    __labels__: ClassVar[Mapping[str, str]] = {
        "issuer": "address of the issuer",
        "client_id": "client",
        "groups_claim": "claim that names the groups",
        "enabled": "state",
        "required": "duty to use it",
        "link_by_email": "linking by e-mail",
        "create_accounts": "making of accounts",
        "default_role": "role of new accounts",
        "group_roles": "roles by group",
    }
    __words__: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "enabled": {"True": "in use", "False": "out of use"}
    }
    __table_args__ = (sa.UniqueConstraint("tenant_id", "issuer"),)

    name: Mapped[str] = mapped_column(sa.String(60))
    issuer: Mapped[str] = mapped_column(sa.String(500))
    client_id: Mapped[str] = mapped_column(sa.String(300))
    sealed_secret: Mapped[str] = mapped_column(sa.String(2000), default="")
    """Empty for a public client, which PKCE alone protects."""
    scopes: Mapped[str] = mapped_column(sa.String(300))
    groups_claim: Mapped[str] = mapped_column(sa.String(100))
    enabled: Mapped[bool] = mapped_column(default=False)
    required: Mapped[bool] = mapped_column(default=False)
    """Staff who are no admins sign in by it, and not with a password."""
    link_by_email: Mapped[bool] = mapped_column(default=False)
    create_accounts: Mapped[bool] = mapped_column(default=False)
    default_role: Mapped[str] = mapped_column(sa.String(40), default="")
    """Of a new account, whatever the groups; empty: none."""
    group_roles: Mapped[dict[str, Any]]
    """Roles by the name of a group at the provider."""

    @property
    def label(self) -> str:
        return self.name

    def roles_of(self, groups: tuple[str, ...]) -> frozenset[str]:
        return frozenset(role for group in groups for role in self.group_roles.get(group, ()))


class SsoIdentity(Scoped, Base):
    """Somebody at an issuer is the holder of an account here. The organisation, the issuer and the
    subject are the key: an e-mail address may change hands, a subject does not (OpenID Connect
    Core §5.7)."""

    __tablename__ = "sso_identities"
    __versioned__: ClassVar[dict[str, Any]] = personal("subject", account="account_id")
    __called__: ClassVar[str] = "sign-in identity"
    __part_of__: ClassVar[str] = "account_id"
    __labels__: ClassVar[Mapping[str, str]] = {
        "subject": "name at the issuer",
        "linked_at": "time of linking",
    }
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "issuer", "subject"),
        sa.UniqueConstraint("tenant_id", "account_id", "issuer"),
        tenant_key("account_id", to="accounts"),
    )

    issuer: Mapped[str] = mapped_column(sa.String(500))
    subject: Mapped[str] = mapped_column(sa.String(255))
    account_id: Mapped[UUID]
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def label(self) -> str:
        return self.subject
