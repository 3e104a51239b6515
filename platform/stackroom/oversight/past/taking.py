"""Undoes rows of one kind together: set-based, and one by one where one of them is refused."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from stackroom.audit.bulk import StaleRows
from stackroom.core.database import db
from stackroom.core.errors import Problem
from stackroom.oversight.past import hindrances, judging, rewriting
from stackroom.oversight.past.judging import Fate
from stackroom.oversight.past.kinds import Model
from stackroom.oversight.past.models import Act
from stackroom.oversight.past.rewriting import Row

STALE = "Somebody changed it at this very moment."
IN_USE = "Other records refer to it, or have what must be unique."


def take(model: Model, act: Act, keys: Sequence[UUID], batch: frozenset[int]) -> dict[UUID, str]:
    """Which rows were left as they are, and why; judged anew, for much may have happened since
    the plan."""
    found = judging.fates(model, keys, batch)
    left = {fate.id: fate.why or STALE for fate in found if fate.why or fate.act is not act}
    return left | _take(model, act, [fate for fate in found if fate.id not in left])


def _take(model: Model, act: Act, found: Sequence[Fate]) -> dict[UUID, str]:
    if not found:
        return {}
    try:
        with db.session.begin_nested():
            return _write(model, act, found)
    except (IntegrityError, StaleRows, Problem) as refusal:
        if len(found) == 1:
            return {found[0].id: _words(refusal)}
        return {key: why for one in found for key, why in _take(model, act, [one]).items()}


def _words(refusal: Exception) -> str:
    if isinstance(refusal, Problem):
        return refusal.detail
    return STALE if isinstance(refusal, StaleRows) else IN_USE


def _write(model: Model, act: Act, found: Sequence[Fate]) -> dict[UUID, str]:
    live = rewriting.live_rows(model, [fate.id for fate in found], lock=True)
    if act is Act.DELETE:
        left = hindrances.of_deleting(model, list(live.values()))
        rewriting.remove(model, [row for key, row in live.items() if key not in left])
        return left
    targets = rewriting.targets(model, found, live)
    left = hindrances.of_writing(model, targets)
    wanted = [row for row in targets if row["id"] not in left]
    _put(model, act, wanted, live)
    return left


def _put(model: Model, act: Act, wanted: list[Row], live: dict[UUID, Row]) -> None:
    if act is Act.RESTORE:
        rewriting.bring_back(model, wanted)
    else:
        rewriting.set_back(model, [row for row in wanted if row != live[row["id"]]])
