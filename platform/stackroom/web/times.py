"""Instants and days in the words and the time zone of the organisation."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tenants import context


def local(at: datetime) -> datetime:
    """By the organisation's clock."""
    tenant = context.current_or_none()
    return at.astimezone(ZoneInfo(tenant.timezone if tenant else "UTC"))


def local_time(at: datetime | None) -> str:
    """`28 March 2026, 10:00`; nothing for None. Also the Jinja filter `local_time`."""
    return f"{day(there := local(at))}, {there:%H:%M}" if at else ""


def day(of: date) -> str:
    """`28 March 2026`."""
    return f"{of.day} {of:%B %Y}"
