"""The versions of a row are in the order of their transactions, also after the clock went back.

An id is led by its instant (`ids`). Where an organisation's ids are ahead of the clock, because it
was set back, the rows that change are asked for their last version, and the new one comes behind
it. That costs nothing while the clock runs on. Between processes the row's own lock keeps the
order: their clocks may differ by less than two changes of one row lie apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit import ids
from stackroom.audit.models import AuditTransaction
from stackroom.audit.versioning import version_of

AT_ONCE = 5_000
"""Keys in one statement."""
_lock = Lock()
_highest: dict[int, int] = {}
"""By organisation, the highest id that this process knows of."""


class Written(Protocol):
    @property
    def values(self) -> dict[str, Any]: ...


Changes = Iterable[tuple[type[Any], Written]]


def next_id(session: Session, at: datetime, changes: Changes) -> int:
    tenant_id = session.info["tenant_id"]
    made = ids.new(at)
    if made <= _known(session, tenant_id):
        made = max((made, *(last + 1 for last in _lasts(session, changes))))
    with _lock:
        _highest[tenant_id] = max(made, _highest[tenant_id])
    return made


def _known(session: Session, tenant_id: int) -> int:
    if tenant_id not in _highest:
        stored = session.scalar(sa.select(sa.func.max(AuditTransaction.id))) or 0
        with _lock:
            _highest[tenant_id] = max(stored, _highest.get(tenant_id, 0))
    return _highest[tenant_id]


def _lasts(session: Session, changes: Changes) -> Iterator[int]:
    """Of each kind of row that changes, the last transaction that touched one of them."""
    by_model: dict[type[Any], list[Any]] = defaultdict(list)
    for model, change in changes:
        by_model[model].append(change.values["id"])
    for model, keys in by_model.items():
        version = version_of(model)
        for start in range(0, len(keys), AT_ONCE):
            some = version.id.in_(keys[start : start + AT_ONCE])
            yield session.scalar(sa.select(sa.func.max(version.transaction_id)).where(some)) or 0
