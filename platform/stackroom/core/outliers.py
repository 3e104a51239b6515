"""Which of several figures stand out, by a rule that one extreme figure cannot shift."""

from collections.abc import Sequence
from statistics import fmean, median

FEWEST = 3
"""Among fewer there is no crowd to stand out from."""
NORMAL_MAD = 0.6745
NORMAL_MEAN = 1.253314
"""What makes both deviations comparable to a standard deviation."""


def above(figures: Sequence[float], threshold: float) -> list[bool]:
    """Whether each has a modified z-score of more than `threshold` (Iglewicz and Hoaglin 1993: by
    the median absolute deviation; where that is 0, by the mean absolute deviation)."""
    if len(figures) < FEWEST:
        return [False] * len(figures)
    middle = median(figures)
    away = [abs(each - middle) for each in figures]
    scale = median(away) / NORMAL_MAD or fmean(away) * NORMAL_MEAN
    return [scale > 0 and (each - middle) / scale > threshold for each in figures]
