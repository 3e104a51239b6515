"""A row as one line of canonical JSON, the same whichever database holds it.

Members in the order of their names, times in UTC with six decimals, ids as text, bytes as base64,
64-bit integers as text (JavaScript keeps 53 bits), and numbers within JSON in one form: JSONB and
SQLite keep 100, 100.0 and 1e2 apart in different ways.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from tenants.columns import UtcDateTime

Row = dict[str, Any]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
BITS = {sa.SmallInteger: 15, sa.BigInteger: 63, sa.Integer: 31}


class NotCanonical(ValueError):
    """A line that no export would have written; the sentence goes on from "line 7: …"."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`write` gives what JSON holds of a value that is not NULL; `read` takes it back, and raises
    ValueError for whatever `write` would not have given."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def codec(column: sa.Column[Any]) -> Codec:
    """Raises TypeError for a type that has no canonical form yet: give it one here."""
    for kind, make in _CODECS:
        if isinstance(column.type, kind):
            return make(column.type)
    raise TypeError(f"{column}: say in core/canonical.py how {column.type!r} is written")


class Shape:
    """The columns of a table that travel: all but the organisation's own number here."""

    def __init__(self, table: sa.Table) -> None:
        self.table = table
        self.columns = [column for column in table.c if column.name != "tenant_id"]
        self.key = [column for column in table.primary_key if column.name != "tenant_id"]
        # SQLAlchemy's names are a class of their own, which orjson does not take
        self._codecs = {str(column.name): codec(column) for column in self.columns}
        self._required = {column.name for column in self.columns if not column.nullable}

    def write(self, row: Mapping[str, Any] | sa.RowMapping) -> bytes:
        return dump(dict.fromkeys(self._codecs) | self.present(row))

    def present(self, row: Mapping[str, Any] | sa.RowMapping) -> Row:
        """What JSON holds of each value that is not NULL."""
        return {
            name: it.write(row[name]) for name, it in self._codecs.items() if row[name] is not None
        }

    def read(self, line: bytes) -> Row:
        """Raises ValueError (NotCanonical, or what is no JSON at all)."""
        given = load(line)
        _refuse_other_columns(given.keys(), self._codecs.keys())
        row = {name: self._value(name, value) for name, value in given.items()}
        if self.write(row) != line:
            raise NotCanonical("it is not in canonical form")
        return row

    def _value(self, name: str, value: Any) -> Any:
        if value is None:
            if name in self._required:
                raise NotCanonical(f"“{name}” is missing")
            return None
        try:
            return self._codecs[name].read(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise NotCanonical(f"“{name}”: {error}") from None


def dump(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def load(line: bytes) -> dict[str, Any]:
    """Raises ValueError where the line is no JSON object."""
    found = orjson.loads(line)
    if not isinstance(found, dict):
        raise NotCanonical("it is not an object")
    return found


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _refuse_other_columns(given: Iterable[str], known: Iterable[str]) -> None:
    given, known = set(given), set(known)
    if unknown := given - known:
        raise NotCanonical(f"there is no column “{min(unknown)}”")
    if missing := known - given:
        raise NotCanonical(f"the column “{min(missing)}” is missing")


def _text(kind: sa.String) -> Codec:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise NotCanonical("it is not text")
        if "\0" in value:
            raise NotCanonical("it holds a NUL character, which PostgreSQL cannot store")
        if kind.length and len(value) > kind.length:
            raise NotCanonical(f"it has {len(value)} characters; {kind.length} is the most")
        return value

    return Codec(str, read)


def _integer(kind: sa.Integer) -> Codec:
    bits = BITS[type(kind)]

    def read(value: Any) -> int:
        if type(value) is not int or not -(2**bits) <= value < 2**bits:
            raise NotCanonical("it is not a whole number of the column's size")
        return value

    if bits < 63:
        return Codec(int, read)
    return Codec(str, lambda value: read(int(value)))


def _boolean(_: sa.Boolean) -> Codec:
    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise NotCanonical("it is neither true nor false")
        return value

    return Codec(bool, read)


def _words(kind: sa.Enum) -> Codec:
    members = kind.enum_class
    assert members is not None, "an enum's words are those of its class"
    return Codec(lambda value: members(value).value, members)


def read_instant(value: Any) -> datetime:
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise NotCanonical("it is not an instant such as 2026-03-28T10:00:00.000000Z")
    return datetime.fromisoformat(value)


def _read_json(value: Any) -> Any:
    if "\\u0000" in orjson.dumps(value).decode():
        raise NotCanonical("it holds a NUL character, which PostgreSQL cannot store")
    return value


def plain(value: Any) -> Any:
    """JSON with one way to write each number: whole where it is whole, as far as orjson's integers
    go, for JSONB gives 1e17 back in digits."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, float) and value.is_integer() and -(2**63) <= value < 2**64:
        return int(value)
    return value


def _same(one: Codec) -> Callable[[Any], Codec]:
    return lambda _: one


_CODECS: tuple[tuple[type[Any], Callable[[Any], Codec]], ...] = (
    (sa.Enum, _words),  # before String, which it is as well
    (sa.String, _text),
    (sa.Boolean, _boolean),
    (sa.Integer, _integer),
    (UtcDateTime, _same(Codec(instant, read_instant))),
    (sa.Date, _same(Codec(date.isoformat, date.fromisoformat))),
    (sa.Uuid, _same(Codec(str, UUID))),
    (
        sa.LargeBinary,
        _same(
            Codec(lambda value: b64encode(value).decode(), lambda it: b64decode(it, validate=True))
        ),
    ),
    (sa.JSON, _same(Codec(plain, _read_json))),
)
