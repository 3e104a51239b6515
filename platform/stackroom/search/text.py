"""Text as it is compared: without case, accents and punctuation, in words.

Both the index and the query go through here, so that every database finds the same.
"""

import re
import unicodedata

LONGEST_WORD = 64
"""Characters; what is longer is cut, in the index and in the query alike."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)
# Han and kana are written without spaces: each character is a word of its own, so that a part of
# a title is found as a phrase.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Vowel signs and the like, which `\w` leaves out and Indic words cannot do without.
_MARKS = "".join(chr(n) for n in range(0x370, 0xFE00) if unicodedata.category(chr(n))[0] == "M")
_WORD = re.compile(f"[{_UNSPACED}]|(?:[^\\W_{_UNSPACED}]|[{_MARKS}])+")


def fold(text: str) -> str:
    """Take off case, accents, ligatures and width; other scripts keep their letters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = _ACCENTS.sub("", decomposed).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFC", plain)


def words(text: str) -> list[str]:
    """The folded words in their order. They hold letters, digits and marks only, so they can
    stand in a query of any engine."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]
