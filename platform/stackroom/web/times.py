"""Instants in the words and the time zone of the organisation."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tenants import context


def local_time(at: datetime | None) -> str:
    """`28 March 2026, 10:00`; nothing for None. Also the Jinja filter `local_time`."""
    if at is None:
        return ""
    tenant = context.current_or_none()
    there = at.astimezone(ZoneInfo(tenant.timezone if tenant else "UTC"))
    return f"{there.day} {there:%B %Y, %H:%M}"
