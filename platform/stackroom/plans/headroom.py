"""Whether more fits under the plan: exact when many add at once, and without counting each time.

The row of `plan_headroom` is the lock as well: whoever adds takes from it, and the others wait for
that transaction to end. A refusal or a rollback gives back what was taken.
"""

import sqlalchemy as sa

from stackroom.core.database import db, found_or_added
from stackroom.core.features import registry as features
from stackroom.plans.errors import PlanLimitReached
from stackroom.plans.models import Headroom
from stackroom.plans.registry import Measure, Plan, plan
from tenants import context
from tenants.models import Organisation


def require(measure: Measure, *, adding: int) -> None:
    """Call before the rows are added, in their transaction. Raises PlanLimitReached."""
    if adding <= 0:
        return
    present = _present()
    allowed = present.allows(measure)
    if allowed is None or _take(measure, allowed, adding):
        return
    found = _count_again(measure, allowed)
    if found.left < adding:
        raise PlanLimitReached(measure, present, used=allowed - found.left, adding=adding)
    found.left -= adding
    db.session.flush()  # the next to take, in SQL, must see it


def room(measure: Measure, *, wanted: int) -> int | None:
    """How many may be added, exact where it is less than `wanted`; None: as many as there are.
    Nobody else adds any until this transaction ends."""
    allowed = _present().allows(measure)
    if allowed is None:
        return None
    found = _locked(measure)
    if found.allowed != allowed or found.left < wanted:
        found = _count_again(measure, allowed)
    return max(0, found.left)


def used(measure: Measure) -> int:
    return sum(meter.count() for meter in features.meters if meter.measure == measure)


def _present() -> Plan:
    """Read afresh: a long job began under the plan of its first minute."""
    chosen = sa.select(Organisation.plan).where(Organisation.id == context.current().id)
    return plan(db.session.scalars(chosen).one())


def _take(measure: Measure, allowed: int, adding: int) -> bool:
    """One statement, which is all that adding costs as long as enough is left."""
    taken = db.session.execute(
        sa.update(Headroom)
        .where(Headroom.measure == measure, Headroom.allowed == allowed, Headroom.left >= adding)
        .values(left=Headroom.left - adding)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _count_again(measure: Measure, allowed: int) -> Headroom:
    found = _locked(measure)
    found.allowed, found.left = allowed, allowed - used(measure)
    db.session.flush()  # as above
    return found


def _locked(measure: Measure) -> Headroom:
    wanted = sa.select(Headroom).where(Headroom.measure == measure)
    return found_or_added(wanted, lambda: Headroom(measure=measure))
