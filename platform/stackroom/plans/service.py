"""The plan as people see it, and as the operator changes it."""

from stackroom.audit.events import record
from stackroom.core import counts, limits
from stackroom.core.errors import Invalid
from stackroom.core.features import registry as features
from stackroom.core.limits import CallsAllowed
from stackroom.core.organisation import present
from stackroom.plans import events, headroom
from stackroom.plans.amounts import in_words
from stackroom.plans.registry import PLANS, Measure, next_after, plan
from stackroom.plans.usage import Usage, Used
from tenants import context
from tenants.models import Organisation


def usage() -> Usage:
    """Of the open organisation; its rows are not counted again while nothing changes."""
    chosen = plan(present().plan)
    return Usage(
        plan=chosen,
        next_plan=next_after(chosen),
        measures=tuple(Used(each, _kept(each), chosen.allows(each)) for each in Measure),
        calls_today=Used("calls_today", limits.calls_today(), chosen.calls_per_day),
        calls_per_minute=chosen.calls_per_minute,
    )


def change_plan(key: str, reason: str) -> Organisation:
    """A smaller plan takes nothing away: what is there stays, and nothing can be added until it
    fits again. Raises Invalid (plan, reason)."""
    if key not in PLANS:
        raise Invalid.field("plan", f"There is no plan “{key}”; use one of {', '.join(PLANS)}.")
    if not reason.strip():
        raise Invalid.field("reason", "Say why; the organisation reads it in its history.")
    organisation = present()
    before, organisation.plan = organisation.plan, key
    if before != key:
        record(
            events.CHANGED,
            label=organisation.name,
            before=plan(before).name,
            after=plan(key).name,
            why=reason,
        )
    return organisation


def too_much() -> list[str]:
    """A sentence for each limit that is passed, as after a change to a smaller plan."""
    chosen = plan(present().plan)
    amounts = [(each, headroom.used(each), chosen.allows(each)) for each in Measure]
    return [
        f"{in_words(each, used)} are there, and the plan allows {in_words(each, allowed)}: "
        "nothing can be added until it fits."
        for each, used, allowed in amounts
        if allowed is not None and used > allowed
    ]


def calls_allowed() -> CallsAllowed:
    """Of the organisation as the edge knows it, without a query."""
    chosen = plan(context.current().plan)
    return CallsAllowed(chosen.name, chosen.calls_per_minute, chosen.calls_per_day)


def _kept(measure: Measure) -> int:
    return sum(
        counts.kept(f"{meter.measure}/{meter.of}", meter.count)
        for meter in features.meters
        if meter.measure == measure
    )
