"""When a loan is due (DOMAIN 4.7). Pure: no clock, no database.

Days, weeks and months are counted on the library's calendar, so a change of daylight saving does
not move the hour; hours and minutes are counted as they pass.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


def due_at(start: datetime, count: int, unit: Unit, zone: ZoneInfo) -> datetime:
    """In UTC: `count` units after `start`; units of a day or more end with the local day."""
    if unit in (Unit.MINUTES, Unit.HOURS):
        return start.astimezone(UTC) + timedelta(**{unit.value: count})
    return end_of_day(later(start.astimezone(zone).date(), count, unit), zone)


def later(day: date, count: int, unit: Unit) -> date:
    """`count` days, weeks or months after `day`; a month that is too short ends on its last day."""
    if unit is Unit.MONTHS:
        return _months_later(day, count)
    return day + timedelta(days=count * (7 if unit is Unit.WEEKS else 1))


def _months_later(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day, in UTC.

    fold=1 is the later of two 23:59:59s, where clocks go back at midnight. Where they go forward
    at 23:00 (Nuuk) that second does not exist, and fold=1 is the one before the next day begins.
    """
    return datetime.combine(day, time(23, 59, 59, fold=1), zone).astimezone(UTC)
