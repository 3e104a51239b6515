"""What the adapters need of the running app: the service's terms, and how a provider is shown."""

from stackroom.core.http import app
from stackroom.core.outbound import Outbound
from stackroom.core.sealing import Seal
from stackroom.staff.sso.flow import Terms
from stackroom.staff.sso.models import SsoProvider
from stackroom.staff.sso.schemas import GroupRole, ProviderOut
from tenants import context

CALLBACK = "/sign-in/callback"


def terms() -> Terms:
    settings = app().settings
    return Terms(
        outbound=Outbound(inward=settings.environment in ("development", "testing")),
        secrets=Seal(settings, "sso client secret"),
        flows=Seal(settings, "sso sign-in under way"),
        redirect_uri=redirect_uri(),
    )


def redirect_uri() -> str:
    """Of the stored host: a forged Host header must not have a code sent elsewhere."""
    return f"{app().settings.origin(context.current().host)}{CALLBACK}"


def shown(provider: SsoProvider) -> ProviderOut:
    return ProviderOut(
        id=provider.id,
        name=provider.name,
        issuer=provider.issuer,
        client_id=provider.client_id,
        scopes=provider.scopes,
        groups_claim=provider.groups_claim,
        enabled=provider.enabled,
        required=provider.required,
        link_by_email=provider.link_by_email,
        create_accounts=provider.create_accounts,
        default_role=provider.default_role or None,
        group_roles=[
            GroupRole.model_construct(group=group, role=role)
            for group, roles in provider.group_roles.items()
            for role in roles
        ],
        has_secret=bool(provider.sealed_secret),
        redirect_uri=redirect_uri(),
    )
