"""What differs within one value: words of a text, members of a list."""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
SHORT = 60
"""Characters up to which two texts are told whole."""
LONG = 4000
"""Characters from which lines are compared, and not words."""
ALIKE = 0.5
"""Texts that share less of their words than this are told whole."""
AROUND = 40
"""Characters of what stayed that are shown on each side of what changed."""
WORDS, LINES = re.compile(r"\s+|\w+|[^\w\s]"), re.compile(r".*\n|.+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value, such as a subfield or some words: gone where `after` is None, come where
    `before` is. Equal on both sides, words have stayed, and members of a list changed places."""

    label: str
    before: str | None
    after: str | None


def words(old: str, new: str) -> tuple[Part, ...]:
    """What differs between two long texts that are much alike; else nothing."""
    if min(len(old), len(new)) <= SHORT:
        return ()
    tokens = LINES if max(len(old), len(new)) > LONG else WORDS
    before, after = tokens.findall(old), tokens.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return ()
    return tuple(
        Part("", kept := _abridged("".join(before[a:b]), a > 0, b < len(before)), kept)
        if kind == "equal"
        else Part("", "".join(before[a:b]) or None, "".join(after[c:d]) or None)
        for kind, a, b, c, d in matcher.get_opcodes()
    )


def _abridged(text: str, follows: bool, precedes: bool) -> str:
    """`follows` and `precedes` a change, whose neighbourhood is kept."""
    if len(text) <= 2 * AROUND:
        return text
    return (text[:AROUND] if follows else "") + " … " + (text[-AROUND:] if precedes else "")


def members(old: Sequence[str], new: Sequence[str]) -> tuple[Part, ...]:
    """What came, went, and changed places."""
    gone, come, moved = apart(old, new)
    return (
        *(Part("", one, None) for one in gone),
        *(Part("", None, one) for one in come),
        *(Part("", one, one) for one in moved),
    )


def apart(old: Sequence[T], new: Sequence[T]) -> tuple[list[T], list[T], list[T]]:
    """What only the old sequence holds, what only the new one, and what both hold elsewhere."""
    gone: list[T] = []
    come: list[T] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            gone += old[a:b]
            come += new[c:d]
    moved = list((Counter(gone) & Counter(come)).elements())
    return _without(gone, moved), _without(come, moved), moved


def _without(these: list[T], unwanted: list[T]) -> list[T]:
    left, over = Counter(unwanted), []
    for one in these:
        if left[one]:
            left[one] -= 1
        else:
            over.append(one)
    return over
