"""Files of organisations: uploads now, exports later. Keys are made here, never by a client."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol

from uuid_utils.compat import uuid7

from stackroom.core.errors import Problem
from tenants import context

_KEY = re.compile(r"t/[0-9a-f-]{36}/[a-z]+/[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class Saved:
    """`size` in bytes; `sha256` in hexadecimal."""

    key: str
    size: int
    sha256: str


class Files(Protocol):
    """Where files rest: a folder here, an object store in production."""

    def save(self, key: str, stream: IO[bytes]) -> Saved:
        """Copy a stream, whole or not at all. Raises ForeignFile or StorageFull."""

    def open(self, key: str) -> BinaryIO:
        """Raises ForeignFile or FileNotFoundError."""

    def delete(self, key: str) -> None:
        """A file that is not there is no error. Raises ForeignFile."""

    def keys(self) -> Iterator[str]:
        """Every file of the open organisation."""

    def left(self) -> int:
        """How many files the open organisation has, those that never became whole included."""

    def delete_all(self) -> int:
        """Everything of the open organisation; how many files."""


class ForeignFile(Exception):
    """A key that was not made here, or that belongs to another organisation."""


class StorageFull(Problem):
    status, code, title = 507, "storage_full", "No room is left"
    detail = "The server has no room for this file; tell whoever runs it."


def new_key(area: str) -> str:
    """A key of the open organisation; `area` is one word that says what the file is for."""
    return f"{own_prefix()}{area}/{uuid7()}"


def own_prefix() -> str:
    return f"t/{context.current().uuid}/"


def is_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def check_key(key: str) -> None:
    """Raises ForeignFile: an organisation reaches its own files only."""
    if not is_key(key) or not key.startswith(own_prefix()):
        raise ForeignFile(key)
