"""Text as people search it: without case and accents, alike on both databases."""

import unicodedata


def fold(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
