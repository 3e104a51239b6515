"""Why an organisation that is suspended or closing takes no changes: one sentence for the edge,
the banner of every page and whatever else is refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

from stackroom.core.errors import Closing, ReadOnly
from tenants.context import Tenant
from tenants.lifecycle import Status


def refusal(tenant: Tenant) -> ReadOnly:
    """For a tenant that `is_read_only`. `reason` and `closes_at` stand in the problem, too."""
    because = f" Reason: {tenant.reason.rstrip('.')}." if tenant.reason else ""
    if tenant.status is not Status.CLOSING or tenant.closes_at is None:
        return ReadOnly(f"{ReadOnly.detail}{because}", reason=tenant.reason)
    return Closing(
        f"{Closing.detail} It will be deleted on {day(tenant.closes_at, tenant)}; until then an "
        f"admin can undo this under Settings.{because}",
        reason=tenant.reason,
        closes_at=tenant.closes_at.isoformat().replace("+00:00", "Z"),
    )


def day(at: datetime, tenant: Tenant) -> str:
    """`25 December 2026`, where the organisation is."""
    there = at.astimezone(ZoneInfo(tenant.timezone))
    return f"{there.day} {there:%B %Y}"
