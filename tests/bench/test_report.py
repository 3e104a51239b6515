"""What a bench says of what it has measured."""

from bench.report import Result, table
from bench.rounds import Times, interleave, ratio


def result(value: float, *, bound: float | None, at_least: bool = False) -> Result:
    return Result("G1", "sqlite", "reading", f"{value}", value, bound, at_least)


def test_a_bound_that_is_just_reached_is_met() -> None:
    assert result(1.8, bound=1.8).verdict == "met"
    assert result(0.28, bound=0.28, at_least=True).verdict == "met"


def test_a_bound_that_is_passed_is_not_met() -> None:
    assert result(1.81, bound=1.8).verdict == "NOT MET"
    assert result(0.27, bound=0.28, at_least=True).verdict == "NOT MET"


def test_a_line_without_a_bound_is_not_judged() -> None:
    assert result(50, bound=None).verdict == "–"


def test_the_table_is_markdown_whose_columns_line_up() -> None:
    lines = table([result(1.81, bound=1.8), result(50, bound=None)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == [
        "G1", "sqlite", "reading", "1.81", "≤ 1.8", "NOT MET",
    ]  # fmt: skip


def test_a_slow_round_of_both_sides_does_not_move_the_ratio() -> None:
    ours, theirs = Times(wall=[2.0, 200.0, 2.0], cpu=[3, 3, 9]), Times([1, 1, 1], [1, 100, 1])
    assert ratio(ours, theirs).wall == 2.0
    assert ratio(ours, theirs).cpu == 3


def test_sides_take_turns_and_the_first_round_is_not_timed() -> None:
    order: list[str] = []
    sides = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    times = interleave(
        sides, rounds=2, calls=2, prepare=lambda name: order.append(f"prepare {name}")
    )
    one_round = ["prepare a", "a", "a", "prepare b", "b", "b"]
    assert order == one_round * 3
    assert [len(times[name].wall) for name in ("a", "b")] == [2, 2]
