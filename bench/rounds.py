"""Two ways of doing the same, timed in turn, so that a slow moment of the machine hits both."""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

Side = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a call, one entry for each round. `cpu` is this process's alone: what PostgreSQL
    burns for it shows in `wall`."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ratio:
    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} CPU, {self.wall:.2f} wall"


def interleave(
    sides: Mapping[str, Side],
    *,
    rounds: int,
    calls: int = 1,
    prepare: Callable[[str], object] | None = None,
) -> dict[str, Times]:
    """Each round runs every side `calls` times; an untimed round comes first. `prepare` gets a
    side's name before each of its rounds, untimed."""
    times = {name: Times() for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            if prepare:
                prepare(name)
            cpu, wall = _timed(side, calls)
            if number:
                times[name].cpu.append(cpu)
                times[name].wall.append(wall)
    return times


def _timed(side: Side, calls: int) -> tuple[float, float]:
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(calls):
        side()
    return (time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls


def ratio(ours: Times, theirs: Times) -> Ratio:
    """The median of the rounds' own ratios: what slowed a whole round cancels out."""
    return Ratio(_paired(ours.cpu, theirs.cpu), _paired(ours.wall, theirs.wall))


def _paired(ours: list[float], theirs: list[float]) -> float:
    return median(a / b for a, b in zip(ours, theirs, strict=True))
