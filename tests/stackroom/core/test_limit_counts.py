"""Counting hits in one process; an expiry in the past makes a window that has already ended."""

import pytest

from stackroom.core import limit_counts
from stackroom.core.limit_counts import ProcessStorage


def test_hits_of_one_key_add_up() -> None:
    storage = ProcessStorage()
    assert [storage.incr("a", 60), storage.incr("a", 60), storage.incr("b", 60)] == [1, 2, 1]
    assert (storage.get("a"), storage.get("b"), storage.get("c")) == (2, 1, 0)


def test_a_window_that_has_ended_counts_anew() -> None:
    storage = ProcessStorage()
    storage.incr("a", -1)
    assert storage.get("a") == 0
    assert storage.incr("a", 60) == 1


def test_the_end_of_a_window_does_not_move_with_its_hits() -> None:
    storage = ProcessStorage()
    storage.incr("a", 60)
    ends = storage.get_expiry("a")
    storage.incr("a", 600)
    assert storage.get_expiry("a") == ends


def test_windows_that_have_ended_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a flood of invented callers would fill the memory."""
    monkeypatch.setattr(limit_counts, "SWEEP_SECONDS", 0.0)
    storage = ProcessStorage()
    for caller in range(100):
        storage.incr(f"{caller}", -1)
    storage.incr("a", 60)
    assert storage.reset() == 1


def test_a_key_can_be_cleared() -> None:
    storage = ProcessStorage()
    storage.incr("a", 60)
    storage.clear("a")
    assert storage.get("a") == 0
