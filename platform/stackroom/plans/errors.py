from stackroom.core.errors import Conflict
from stackroom.plans.amounts import in_words
from stackroom.plans.registry import Measure, Plan

REMEDIES = {
    Measure.STAFF: "Close an account that nobody uses any more",
    Measure.ITEMS: "Delete copies that are gone",
    Measure.STORAGE: "Bring a smaller file",
}


class PlanLimitReached(Conflict):
    """`used` is what there is before what was to be added."""

    code, title = "plan_limit_reached", "The plan allows no more"

    def __init__(self, measure: Measure, plan: Plan, *, used: int, adding: int) -> None:
        allowed = plan.allows(measure) or 0
        super().__init__(
            f"The plan “{plan.name}” allows {in_words(measure, allowed)}, "
            f"{in_words(measure, used)} are there, and this would add "
            f"{in_words(measure, adding)}. {REMEDIES[measure]}, or ask for a larger plan.",
            limit=measure.value,
            plan=plan.key,
            used=used,
            allowed=allowed,
        )
