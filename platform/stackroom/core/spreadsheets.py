"""Lines of CSV for people with a spreadsheet."""

import csv
from collections.abc import Sequence
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets; a quote before it makes it text (OWASP)."""
UTF8 = b"\xef\xbb\xbf"
"""The byte-order mark, at the head of a file, tells Excel how it is written."""


def text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def line(cells: Sequence[str]) -> bytes:
    written = StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
