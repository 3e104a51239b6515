"""ISBNs as people type them, spreadsheets mangle them and cataloguers qualify them."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from isbnlib import to_isbn10, to_isbn13

_LABEL = re.compile(r"\s*ISBN(?:-?1[03])?[:\s]*", re.IGNORECASE)
# The number ends where its qualifier begins: "0812516370 (pbk.) : $4.99", "9780439023481pbk".
_NUMBER = re.compile(r"\s*([0-9Xx](?:[- ]?[0-9Xx])*)")
_LOST_ZEROS = re.compile(r"[0-9]{6,8}[0-9Xx]")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")


class InvalidIsbn(ValueError):
    """Text that is no ISBN; `code` is stable, `message` says what to do about it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Isbn:
    """`isbn13` is canonical; `isbn10` is None for a 979 number, which has no short form."""

    isbn13: str
    isbn10: str | None


def parse(text: str) -> Isbn:
    """Read one ISBN, with or without hyphens, label, qualifier or non-Latin digits.

    Raises InvalidIsbn: isbn_empty, isbn_characters, isbn_length, isbn_prefix, isbn_check_digit.
    """
    number = _number(text)
    isbn13 = to_isbn13(number)
    if not isbn13:
        raise _problem(number)
    return Isbn(isbn13, to_isbn10(isbn13) or None)


def normalise(text: str) -> Isbn | None:
    try:
        return parse(text)
    except InvalidIsbn:
        return None


def restore(text: str) -> Isbn | None:
    """Read an ISBN that a spreadsheet took for a number.

    Leading zeros come back ("439023483") and so do the digits behind an exponent
    ("9.780439023481E+12"), but only where the check digit proves the result.
    """
    text = text.strip().removesuffix(".0")
    if _LOST_ZEROS.fullmatch(text):
        return normalise(text.zfill(10))
    if _SCIENTIFIC.fullmatch(text):
        return normalise(f"{_number_behind(text):.0f}")
    return normalise(text)


def is_rounded(text: str, isbn13: str) -> bool:
    """Tell whether `text` is `isbn13` as a spreadsheet shows it: "9.78043902348E+12"."""
    if not _SCIENTIFIC.fullmatch(text.strip()):
        return False
    shown = _number_behind(text)
    # half of what the last digit shown stands for
    return abs(shown - int(isbn13)) <= Decimal((0, (5,), int(shown.as_tuple().exponent) - 1))


def _number_behind(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "."))


def _number(text: str) -> str:
    plain = _plain(text)
    label = _LABEL.match(plain)
    found = _NUMBER.match(plain, label.end() if label else 0)
    if not found:
        code = "isbn_characters" if plain.strip() else "isbn_empty"
        raise InvalidIsbn(code, "Type the 10 or 13 digits printed with the ISBN.")
    number = re.sub("[- ]", "", found[1]).upper()
    if len(number) in {10, 13}:
        return number
    # "0849334101 49": a price without its sign follows the number
    return found[1].split(" ", 1)[0].replace("-", "").upper()


def _plain(text: str) -> str:
    """Turn every script's digits and every kind of dash into their ASCII form."""
    if text.isascii():
        return text
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return " " if character.isspace() else character


def _problem(number: str) -> InvalidIsbn:
    if len(number) not in {10, 13}:
        return InvalidIsbn(
            "isbn_length", f"An ISBN has 10 or 13 digits; {number} has {len(number)}."
        )
    if "X" in number[:-1] or (len(number) == 13 and number.endswith("X")):
        return InvalidIsbn("isbn_characters", "X may only be the last character of a short ISBN.")
    if len(number) == 13 and not number.startswith(("978", "979")):
        return InvalidIsbn("isbn_prefix", "A 13-digit ISBN begins with 978 or 979.")
    return InvalidIsbn(
        "isbn_check_digit", f"The check digit of {number} is wrong; compare it with the book."
    )
