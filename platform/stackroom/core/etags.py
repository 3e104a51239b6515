"""A row's revision as its ETag: nobody overwrites what they have not seen (RFC 9110 §13)."""

from flask import request

from stackroom.core.errors import PreconditionFailed
from tenants.orm import Scoped


def of(row: Scoped) -> str:
    return f'"{row.revision}"'


def check(row: Scoped) -> None:
    """Hold `If-Match` to the row, where the client sent one. Raises PreconditionFailed."""
    if "If-Match" in request.headers and not request.if_match.contains(str(row.revision)):
        raise PreconditionFailed
