"""Numbers of rows that pages show again and again. Counting a million takes longer than the rest
of a page, so a count is kept until the organisation changes something."""

from collections.abc import Callable

from stackroom.core.cache import Area

COUNTS = Area("counts")
KEPT_SECONDS = 60
"""Bounds what may be missed: a change that was committed while Redis was away."""


def kept(name: str, count: Callable[[], int]) -> int:
    return COUNTS.remember(name, KEPT_SECONDS, count)


def forget() -> None:
    """Called after each commit that changed rows of the open organisation."""
    COUNTS.clear()
