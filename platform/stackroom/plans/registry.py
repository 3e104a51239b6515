"""What each plan allows, on one page."""

from dataclasses import dataclass
from enum import StrEnum

MIB = 2**20
GIB = 2**30


class Measure(StrEnum):
    """What a plan limits by amount; a feature that keeps some of it has a meter for it."""

    STAFF = "staff"
    ITEMS = "items"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Plan:
    """A limit that is None is none. `storage` is in bytes."""

    key: str
    name: str
    sentence: str
    staff: int | None
    items: int | None
    storage: int | None
    calls_per_minute: int | None
    calls_per_day: int | None

    def allows(self, measure: Measure) -> int | None:
        return {
            Measure.STAFF: self.staff,
            Measure.ITEMS: self.items,
            Measure.STORAGE: self.storage,
        }[measure]


FREE = Plan(
    key="free",
    name="Free",
    sentence="For a small library that tries Stackroom or stays small.",
    staff=3,
    items=5_000,
    storage=1 * GIB,
    calls_per_minute=600,
    calls_per_day=20_000,
)
STANDARD = Plan(
    key="standard",
    name="Standard",
    sentence="For a town or school library with several desks.",
    staff=50,
    items=250_000,
    storage=50 * GIB,
    calls_per_minute=3_000,
    calls_per_day=500_000,
)
CONSORTIUM = Plan(
    key="consortium",
    name="Consortium",
    sentence="For many libraries under one roof.",
    staff=None,
    items=None,
    storage=None,
    calls_per_minute=12_000,
    calls_per_day=None,
)
PLANS: dict[str, Plan] = {plan.key: plan for plan in (FREE, STANDARD, CONSORTIUM)}
"""From the smallest to the largest: the next one is what an organisation grows into."""


def plan(key: str) -> Plan:
    """One that this version does not know counts as the smallest."""
    return PLANS.get(key, FREE)


def next_after(present: Plan) -> Plan | None:
    larger = list(PLANS.values())
    place = larger.index(present) + 1
    return larger[place] if place < len(larger) else None
