"""The table of people to invite, as spreadsheets write it, and the table of what came of it."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from stackroom.core.errors import Invalid
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.staff.invitations.schemas import RowOut

REQUIRED, OPTIONAL = ("email", "roles"), ("name",)
ROWS, SIZE = 500, 2**20
HEAD = ("line", "email", "name", "roles", "result", "code", "message")


@dataclass(frozen=True, slots=True)
class Row:
    """`line` of the file where the row begins; `too_many`: it has more cells than the head."""

    line: int
    email: str
    name: str
    roles: tuple[str, ...]
    too_many: bool


def read(data: bytes) -> list[Row]:
    """Raises Invalid (file)."""
    if len(data) > SIZE:
        raise _unreadable("The file is larger than a megabyte; send it in parts.")
    text = _text(data).lstrip(BOM)
    first, _, _ = text.lstrip("\r\n").partition("\n")
    # the roles of one person may hold semicolons, the head holds none but those between columns
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(_rows(StringIO(text, newline=""), delimiter))
    except csv.Error as error:
        raise _unreadable(f"The file is no CSV: {error}.") from None
    if not rows:
        raise _unreadable("The file names nobody; write one person a line below the head.")
    if len(rows) > ROWS:
        raise _unreadable(f"The file names {len(rows)} people; send at most {ROWS} at once.")
    return rows


def _text(data: bytes) -> str:
    """Excel writes UTF-8 when asked to, and else the code page of western Windows."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(lines: StringIO, delimiter: str) -> Iterator[Row]:
    places: dict[str, int] = {}
    for number, cells in _records(lines, delimiter):
        if not places:
            places = _places(cells)
            continue
        cell = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        yield Row(
            line=number,
            email=cell["email"],
            name=cell.get("name", ""),
            roles=_roles(cell["roles"]),
            too_many=any(cells[len(places) :]),
        )


def _roles(cell: str) -> tuple[str, ...]:
    return tuple(role for part in re.split(r"[;,|]", cell) if (role := part.strip().lower()))


def _records(lines: StringIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Those that hold anything, each with the line on which it begins."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begins, stripped
        begins = reader.line_num + 1


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [name.lower().replace("-", "") for name in head]
    wanted = f"The first line must name the columns {', '.join((*REQUIRED, *OPTIONAL))}"
    if missing := [name for name in REQUIRED if name not in names]:
        raise _unreadable(f"{wanted}; “{missing[0]}” is not there.")
    if unknown := [name for name in names if name not in (*REQUIRED, *OPTIONAL)]:
        raise _unreadable(f"{wanted}; remove the column “{unknown[0][:40]}”.")
    if len(set(names)) < len(names):
        raise _unreadable(f"{wanted}, each once.")
    return {name: place for place, name in enumerate(names)}


def write(rows: Sequence[RowOut]) -> str:
    return BOM + line(HEAD) + "".join(line(_cells(row)) for row in rows)


def _cells(row: RowOut) -> list[str]:
    return [harmless(str(getattr(row, name))) for name in HEAD]


def _unreadable(message: str) -> Invalid:
    return Invalid.field("file", message)
