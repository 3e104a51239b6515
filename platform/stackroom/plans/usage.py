"""How much of a plan is used, and how near that is to its limits."""

from dataclasses import dataclass
from enum import StrEnum

from stackroom.plans.registry import Plan

NEARLY = 0.8


class Level(StrEnum):
    WITHIN = "within"
    NEARLY = "nearly_full"
    FULL = "full"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Used:
    """How much of one limit is used; `allowed` None: there is no limit."""

    measure: str
    used: int
    allowed: int | None

    @property
    def left(self) -> int | None:
        return None if self.allowed is None else max(0, self.allowed - self.used)

    @property
    def level(self) -> Level:
        if self.allowed is None or self.used < self.allowed * NEARLY:
            return Level.WITHIN
        if self.used < self.allowed:
            return Level.NEARLY
        return Level.FULL if self.used == self.allowed else Level.OVER


@dataclass(frozen=True, slots=True)
class Usage:
    plan: Plan
    next_plan: Plan | None
    measures: tuple[Used, ...]
    calls_today: Used
    calls_per_minute: int | None
