from typing import Annotated

from pydantic import AfterValidator, Field

from stackroom.core.schemas import In
from stackroom.operators.schemas import Reason
from stackroom.operators.support.permissions import AREAS

HOURS = ((1, "1 hour"), (4, "4 hours"), (24, "1 day"), (72, "3 days"), (168, "7 days"))


def _known_area(name: str) -> str:
    if name not in AREAS:
        raise ValueError(f"Use {', '.join(AREAS)}.")
    return name


Area = Annotated[str, AfterValidator(_known_area)]


class GrantIn(In):
    reason: Reason
    hours: int = Field(24, ge=1, le=168)
    scope: list[Area] = Field(min_length=1, max_length=len(AREAS))
    may_write: bool = False
