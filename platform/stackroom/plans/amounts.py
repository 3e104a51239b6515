"""Amounts as people read them."""

from stackroom.plans.registry import Measure

_THINGS = {
    Measure.STAFF: ("staff account", "staff accounts"),
    Measure.ITEMS: ("copy", "copies"),
}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def in_words(measure: Measure, count: int) -> str:
    """“5,000 copies”, “1.2 GiB of storage”."""
    if measure is Measure.STORAGE:
        return f"{size(count)} of storage"
    one, many = _THINGS[measure]
    return f"{count:,} {one if count == 1 else many}"


def amount(measure: str, count: int) -> str:
    """“5,000”, “1.2 GiB”: beside a word that says of what."""
    return size(count) if measure == Measure.STORAGE else f"{count:,}"


def size(octets: int) -> str:
    """With the largest unit that leaves at least 1, and one decimal where that is not whole."""
    number, power = float(octets), 0
    while number >= 1024 and power < len(_UNITS) - 1:
        number, power = number / 1024, power + 1
    return f"{number:,.1f}".removesuffix(".0") + f" {_UNITS[power]}"
