"""Which passwords are guessed first: common ones, in any dress, and those made of one's own names.

The list ships with the program: a password is never sent anywhere to be looked up.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("common_passwords.txt")
DRESS = "0123456789 .,;:!?*#+-_=/()'\""
"""What people put around a word to satisfy a rule."""
LEET: tuple[dict[int, int], ...] = (
    {},
    str.maketrans("@4301$5789+", "aaeolsstbgt"),
    str.maketrans("@430!1$5789+", "aaeoiisstbgt"),
)
"""Undone in each way, because 1 is written for i and for l, and often stands for nothing."""
LETTERS_LEFT = 6
"""So many must be left once what is known of a person is taken away."""


def is_common(password: str) -> bool:
    """Also a common word, or two of them, between digits and signs, repeated, or in leet."""
    cores = _cores(password)
    return all(len(set(core)) < 4 for core in cores) or any(map(_is_listed, cores))


def is_about(password: str, known: Iterable[str]) -> bool:
    """Whether little is left of it without these names and addresses, or their parts."""
    words = sorted({word for one in known for word in _words(one)}, key=len, reverse=True)
    return any(_without(core, words) for core in _cores(password))


def is_like(password: str, other: str) -> bool:
    """The same, but for digits and signs."""
    return bool(_cores(password) & _cores(other))


def _is_listed(core: str) -> bool:
    unit = core[: (core + core).index(core, 1)] if core else ""
    cuts = range(3, len(unit) - 2)
    return unit in _common() or any(
        unit[:cut] in _common() and unit[cut:] in _common() for cut in cuts
    )


def _without(core: str, words: list[str]) -> bool:
    left = core
    for word in words:
        left = left.replace(word, "")
    return left != core and len(left) < LETTERS_LEFT


def _words(known: str) -> list[str]:
    """The whole, and its parts from three letters on; of an e-mail address not the domain."""
    own = known.partition("@")[0] if "@" in known else known
    parts = [_letters(part) for part in re.split(r"[\W_\d]+", own)]
    return [word for word in (_letters(known), _letters(own), *parts) if len(word) > 2]


def _cores(password: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", password).casefold()
    bare = plain.strip(DRESS)
    return {_letters(bare.translate(leet)) for leet in LEET}


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = FILE.read_text("utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(core for word in words for core in _cores(word))
