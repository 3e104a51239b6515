"""When a loan is due: the acceptance vectors, and what holds for every zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom.circulation.due_dates import Unit, due_at, end_of_day, later

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
FIRST, LAST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01")
"""Naive, as hypothesis wants its bounds."""


@pytest.mark.parametrize(
    ("start", "count", "unit", "due"),
    [
        # daylight saving begins within the loan
        ("2026-03-28T10:00+01:00", 14, Unit.DAYS, "2026-04-11T21:59:59+00:00"),
        # and ends within it
        ("2026-10-20T10:00+02:00", 1, Unit.WEEKS, "2026-10-27T22:59:59+00:00"),
        # due on the very days on which the clocks change
        ("2026-03-22T23:30+01:00", 7, Unit.DAYS, "2026-03-29T21:59:59+00:00"),
        ("2026-10-18T23:30+02:00", 7, Unit.DAYS, "2026-10-25T22:59:59+00:00"),
        # a month that is too short, with and without a leap day
        ("2026-01-31T10:00+01:00", 1, Unit.MONTHS, "2026-02-28T22:59:59+00:00"),
        ("2028-01-31T10:00+01:00", 1, Unit.MONTHS, "2028-02-29T22:59:59+00:00"),
        ("2026-11-30T10:00+01:00", 3, Unit.MONTHS, "2027-02-28T22:59:59+00:00"),
        # hours and minutes pass as they are, also over the hour that is missing
        ("2026-03-29T01:30+01:00", 2, Unit.HOURS, "2026-03-29T02:30:00+00:00"),
        ("2026-03-28T10:00+01:00", 90, Unit.MINUTES, "2026-03-28T10:30:00+00:00"),
    ],
)
def test_acceptance_vectors(start: str, count: int, unit: Unit, due: str) -> None:
    assert due_at(datetime.fromisoformat(start), count, unit, ZURICH).isoformat() == due


def test_the_day_is_the_librarys_not_utcs() -> None:
    """Half past midnight in Auckland is still yesterday in UTC."""
    start = datetime(2026, 6, 9, 12, 30, tzinfo=UTC)
    due = due_at(start, 1, Unit.DAYS, ZoneInfo("Pacific/Auckland"))
    assert due == datetime(2026, 6, 11, 11, 59, 59, tzinfo=UTC)


def test_a_day_that_ends_an_hour_early_still_ends_within_itself() -> None:
    """In Nuuk the clocks go from 23:00 to midnight, so 23:59:59 does not exist that day."""
    nuuk = ZoneInfo("America/Nuuk")
    assert end_of_day(date(2024, 3, 30), nuuk).astimezone(nuuk).date() == date(2024, 3, 30)


@settings(deadline=None)  # a zone is read from its file when it is first met
@given(day=DAYS, zone=ZONES)
def test_the_end_of_a_day_is_its_last_second(day: date, zone: ZoneInfo) -> None:
    end = end_of_day(day, zone)
    assert end.astimezone(zone).date() == day
    assert (end + timedelta(seconds=1)).astimezone(zone).date() > day


@given(day=DAYS, count=st.integers(1, 400), unit=st.sampled_from([Unit.DAYS, Unit.WEEKS]))
def test_days_and_weeks_are_counted_on_the_calendar(day: date, count: int, unit: Unit) -> None:
    assert (later(day, count, unit) - day).days == count * (7 if unit is Unit.WEEKS else 1)


@given(day=DAYS, count=st.integers(1, 60))
def test_months_keep_the_day_or_end_with_the_month(day: date, count: int) -> None:
    after = later(day, count, Unit.MONTHS)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == count
    assert after.day == day.day or (after + timedelta(days=1)).day == 1


@settings(deadline=None)
@given(
    start=st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=LAST),
    count=st.integers(1, 500),
    unit=st.sampled_from([Unit.MINUTES, Unit.HOURS]),
    zone=ZONES,
)
def test_hours_do_not_ask_the_zone(start: datetime, count: int, unit: Unit, zone: ZoneInfo) -> None:
    assert due_at(start, count, unit, zone) - start == timedelta(**{unit.value: count})
