"""Worked out by hand from the rule: 0.6745 * (x - median) / MAD."""

import pytest

from stackroom.core.outliers import above


@pytest.mark.parametrize(
    ("figures", "marked"),
    [
        ([0, 10, 10, 50], [3]),  # median 10, MAD 5: 50 is 5.4 above
        ([0, 10, 20, 50], []),  # median 15, MAD 10: 50 is 2.36 above
        ([-50, 10, 10, 20], []),  # below the median nobody stands out
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 9], [9]),  # MAD 0, mean deviation 0.8: 9 is 7.98 above
        ([5, 5, 5], []),
        ([0, 100], []),  # two are no crowd
        ([], []),
    ],
)
def test_which_figures_stand_out(figures: list[float], marked: list[int]) -> None:
    found = above(figures, 3.5)
    assert [place for place, it in enumerate(found) if it] == marked
    assert len(found) == len(figures)


def test_one_extreme_figure_hides_no_other() -> None:
    """By mean and standard deviation the 1000 would hide the 60."""
    assert above([10, 11, 12, 9, 10, 60, 1000], 3.5)[5:] == [True, True]
