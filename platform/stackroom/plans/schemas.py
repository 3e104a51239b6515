from pydantic import Field

from stackroom.core.schemas import Out, example
from stackroom.plans.usage import Level, Usage, Used


class UsedOut(Out):
    model_config = example(
        {
            "measure": "items",
            "used": 4210,
            "allowed": 5000,
            "left": 790,
            "level": "nearly_full",
        }
    )

    measure: str = Field(description="staff, items, storage (in bytes) or calls_today")
    used: int
    allowed: int | None = Field(description="null where the plan sets no limit")
    left: int | None
    level: Level


class UsageOut(Out):
    model_config = example(
        {
            "plan": "free",
            "next_plan": "standard",
            "measures": [UsedOut.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
            "calls_per_minute": 600,
        }
    )

    plan: str
    next_plan: str | None = Field(description="the next larger plan; null for the largest")
    measures: list[UsedOut]
    calls_per_minute: int | None

    @classmethod
    def of(cls, usage: Usage) -> "UsageOut":
        return cls(
            plan=usage.plan.key,
            next_plan=usage.next_plan.key if usage.next_plan else None,
            measures=[_used(each) for each in (*usage.measures, usage.calls_today)],
            calls_per_minute=usage.calls_per_minute,
        )


def _used(each: Used) -> UsedOut:
    return UsedOut.model_validate(each)
