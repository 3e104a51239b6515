"""Days and instants as people give them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenants import context


def instant(moment: date | datetime, *, end_of_day: bool = False) -> datetime:
    """Days, and instants that name no zone, are those of the organisation. `end_of_day`: of a
    day, the beginning of the next."""
    zone = ZoneInfo(context.current().timezone)
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if end_of_day else moment
        return datetime.combine(day, time(), zone).astimezone(UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
