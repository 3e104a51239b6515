"""The organisation's plan, and how much of it is used."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from stackroom.core.permissions import requires
from stackroom.plans import service
from stackroom.plans.amounts import amount
from stackroom.plans.permissions import USAGE_READ
from stackroom.plans.registry import Measure, Plan
from stackroom.plans.usage import Level, Used

web = Blueprint("plans", __name__, template_folder="templates")

LABELS = {
    "staff": "Staff accounts",
    "items": "Copies",
    "storage": "Storage for files",
    "calls_today": "API calls today",
}
AT_THE_LIMIT = {
    "staff": "nobody can be added or given a staff role; everybody who is there can go on.",
    "items": "no copy can be added. An import still takes the records that bring none, and rejects "
    "the others whole, with the reason.",
    "storage": "no file can be uploaded.",
    "calls_today": "further calls are refused until midnight UTC; the pages work on.",
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
    share_in_words: str
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
    share = min(100, used.used * 100 // used.allowed) if used.allowed else 100
    return Bar(
        label=LABELS[used.measure],
        used=amount(used.measure, used.used),
        of="" if used.allowed is None else amount(used.measure, used.allowed),
        share=share,
        share_in_words="under 1\xa0%" if used.used and not share else f"{share}\xa0%",
        state=STATES.get(used.level),
        at_the_limit=AT_THE_LIMIT[used.measure],
    )


def _allowances(plan: Plan) -> list[tuple[str, str]]:
    limits = [(each.value, plan.allows(each)) for each in Measure]
    return [
        *((LABELS[name], _up_to(name, allowed)) for name, allowed in limits),
        ("API calls a day", _up_to("calls", plan.calls_per_day)),
        ("API calls a minute", _up_to("calls", plan.calls_per_minute)),
    ]


def _up_to(measure: str, allowed: int | None) -> str:
    return "no limit" if allowed is None else amount(measure, allowed)
