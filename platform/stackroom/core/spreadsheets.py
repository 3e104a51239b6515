"""Lines of CSV for people with a spreadsheet."""

import csv
from collections.abc import Sequence
from io import StringIO

BOM = "\ufeff"
"""Tells Excel that a file is UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A cell that begins as a formula does is run; a quote before it makes it text (OWASP)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def line(cells: Sequence[str]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()
