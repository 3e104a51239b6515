"""What every request of a directory may say: a body, a query, a version that it has seen."""

from typing import Any, TypeVar

from flask import Response, request
from scim2_models import BaseModel, Context, InvalidValueException, SearchRequest

from stackroom.staff.scim.errors import VersionChanged
from stackroom.staff.scim.models import DirectoryGroup, DirectoryUser
from stackroom.staff.scim.resources import MOST_RESULTS, POLICY
from stackroom.staff.scim.rest.answers import written

FURTHEST = 10**9
"""Beyond it there is nobody, and databases do not count much further."""
M = TypeVar("M", bound=BaseModel)
H = TypeVar("H", DirectoryUser, DirectoryGroup)


def body(kind: type[M], ctx: Context) -> M:
    """Raises ValidationError, or InvalidValueException for a NUL, which PostgreSQL cannot store."""
    raw = request.get_data() or b"{}"
    if b"\\u0000" in raw:
        raise InvalidValueException(detail="The NUL character is not allowed; remove it.")
    return kind.model_validate_json(raw, scim_ctx=ctx, scim_policy=POLICY)


def query(kind: type[M]) -> M:
    return kind.model_validate(request.args.to_dict(), scim_policy=POLICY)


def held(found: H) -> H:
    """To the version that the directory has seen, where it says which. Raises VersionChanged."""
    if "If-Match" in request.headers and not request.if_match.contains_weak(found.version):
        raise VersionChanged
    return found


def page(asked: SearchRequest[Any]) -> tuple[int, int]:
    """The first result, counted from 0, and how many."""
    count = MOST_RESULTS if asked.count is None else min(asked.count, MOST_RESULTS)
    return min(asked.start_index_0 or 0, FURTHEST), count


def listed(kind: Any, shown: list[Any], total: int, asked: SearchRequest[Any]) -> Response:
    found = kind(
        total_results=total,
        start_index=asked.start_index or 1,
        items_per_page=len(shown),
        resources=shown,
    )
    return written(found, parameters=asked)
