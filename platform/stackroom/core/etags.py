"""A row's revision as its ETag: nobody overwrites what they have not seen (RFC 9110 §13)."""

from typing import Protocol

from flask import request

from stackroom.core.errors import PreconditionFailed
from tenants.orm import Scoped


class Revised(Protocol):
    """A record that is known by one of its versions."""

    @property
    def revision(self) -> int: ...


def of(row: Scoped | Revised) -> str:
    return f'"{row.revision}"'


def check(row: Scoped | Revised) -> None:
    """Hold `If-Match` to the row, where the client sent one. Raises PreconditionFailed."""
    if "If-Match" in request.headers and not request.if_match.contains(str(row.revision)):
        raise PreconditionFailed
