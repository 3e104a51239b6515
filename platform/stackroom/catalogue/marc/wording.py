"""Cataloguers' text as readers see it, and as lists sort it."""

import re
import unicodedata

# U+0098 and U+009C stand around words that do not sort, in records of German libraries
_NON_SORTING = dict.fromkeys((0x98, 0x9C))
_ISBD = " /:;=,+"
_SENTENCE_END = re.compile(r"(?:\w{3}|[)\]\"”’])(?<!\betc)\.$")
_ACCENTS = re.compile("[\u0300-\u036f]")
_LEADING = re.compile(r"^[\W_]+(?=\w)")
_FOLDED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)


def trim(text: str) -> str:
    """Take off the ISBD punctuation that joins an area to the next one, and stray brackets.

    A full stop goes if three letters or digits stand before it: "Jr." and "2nd ed." keep theirs.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_NON_SORTING))
    text = " ".join(text.split()).rstrip(_ISBD)
    if text.endswith(".") and _SENTENCE_END.search(text):
        text = text[:-1]
    if text.startswith("[") and "]" not in text:
        return text[1:]
    return text[:-1] if text.endswith("]") and "[" not in text else text


def sort_form(text: str) -> str:
    """Fold case and accents, so that "Élan" stands beside "elan", and drop leading quotes."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
    folded = text.casefold().translate(_FOLDED)
    return " ".join(_LEADING.sub("", folded).split())
