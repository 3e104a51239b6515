"""Ids of transactions sort as their instants do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stackroom.audit import ids

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it


@given(INSTANTS)
def test_an_id_lies_within_its_microsecond_and_63_bits(at: datetime) -> None:
    made = ids.new(at)
    assert ids.first(at) <= made < ids.first(at + timedelta(microseconds=1)) < 2**63


@given(INSTANTS)
def test_ids_of_one_microsecond_grow(at: datetime) -> None:
    made = [ids.new(at) for _ in range(100)]
    assert made == sorted(set(made))
