"""The organisation's plan, and how much of it is used."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from stackroom.core.permissions import requires
from stackroom.plans import service
from stackroom.plans.amounts import amount
from stackroom.plans.permissions import USAGE_READ
from stackroom.plans.registry import Plan
from stackroom.plans.service import Level, Used

web = Blueprint("plans", __name__, template_folder="templates")

LABELS = {
    "staff": "Staff accounts",
    "items": "Copies",
    "storage": "Storage for files",
    "calls_today": "API calls today",
}
AT_THE_LIMIT = {
    "staff": "Nobody can be added or given a staff role; everybody who is there can go on.",
    "items": "No copy can be added. An import still takes the records that bring none, and rejects "
    "the others whole, with the reason.",
    "storage": "No file can be uploaded.",
    "calls_today": "Further calls are refused until midnight UTC; the pages work on.",
}
STATES = {
    Level.NEARLY: ("Nearly full", "warning"),
    Level.FULL: ("Full", "danger"),
    Level.OVER: ("Over the limit", "danger"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit as it is drawn. `of` is empty where there is none, and then there is no bar."""

    label: str
    used: str
    of: str
    share: int
    state: tuple[str, str] | None
    at_the_limit: str


@web.get("/organisation/usage")
@requires(USAGE_READ)
def usage() -> str:
    found = service.usage()
    return render_template(
        "plans/usage.html",
        plan=found.plan,
        bars=[_bar(each) for each in (*found.measures, found.calls_today)],
        calls_per_minute=found.calls_per_minute,
        next_plan=found.next_plan,
        more=_allowances(found.next_plan) if found.next_plan else [],
    )


def _bar(used: Used) -> Bar:
    return Bar(
        label=LABELS[used.measure],
        used=amount(used.measure, used.used),
        of="" if used.allowed is None else amount(used.measure, used.allowed),
        share=min(100, used.used * 100 // used.allowed) if used.allowed else 100,
        state=STATES.get(used.level),
        at_the_limit=AT_THE_LIMIT[used.measure],
    )


def _allowances(plan: Plan) -> list[tuple[str, str]]:
    limits = (
        ("staff", plan.staff),
        ("items", plan.items),
        ("storage", plan.storage),
        ("calls_today", plan.calls_per_day),
    )
    return [
        (LABELS[name].removesuffix(" today"), "no limit" if top is None else amount(name, top))
        for name, top in limits
    ]
