"""Searching 100,000 titles of 20 organisations, with row-level security and with it lifted."""

from collections.abc import Iterator
from itertools import cycle
from random import Random
from statistics import quantiles
from time import perf_counter

import sqlalchemy as sa

from bench import titles
from bench.ground import POSTGRESQL, Ground
from bench.report import Result
from bench.rounds import Side, interleave, ratio
from bench.sizes import Sizes
from stackroom.catalogue import queries
from stackroom.catalogue.queries import Criteria
from stackroom.core.database import transaction
from stackroom.testing.house import House, open_house
from tenants.database import reads_only

ORGANISATIONS = 20
LARGEST_SHARE = 0.2
"""Of all titles, held by the organisation that is searched."""
RANKS = {"rare": 15_000, "selective": 1_500, "medium": 150, "broad": 5}
"""Where a kind of word begins in the vocabulary; of 20,000 titles such a word stands in some 4, 25,
200 or 3,000."""
SEARCHES = 30
"""Different words of one kind."""
SEARCHED = ("bibs", "items", "bib_isbns", "bib_search")


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    house = _fill(ground, sizes.bibs)
    with ground.inside(house):
        if ground.name == POSTGRESQL:
            yield from _without_security(ground, sizes)
        for kinds, bound in (("rare selective medium", 60.0), ("broad", None)):
            millis = _p95(kinds)
            yield Result(
                "G17", ground.name, f"search of {sizes.bibs} bibs, p95, ms ({kinds} words, facets)",
                f"{millis:.1f} wall", millis, bound,
            )  # fmt: skip


def _fill(ground: Ground, bibs: int) -> House:
    """Returns the largest organisation; it is filled last, behind everybody else's titles."""
    chance = Random(7)  # noqa: S311 - the same titles every time
    small = int(bibs * (1 - LARGEST_SHARE) / (ORGANISATIONS - 1))
    for size in [small] * (ORGANISATIONS - 1) + [int(bibs * LARGEST_SHARE)]:
        house = open_house(ground.app, "search")
        with ground.inside(house):
            titles.add(house.tenant.id, chance, size)
    if ground.name == POSTGRESQL:
        _as_root(ground, ["ANALYZE"])
    return house


def _search(word: str, *, facets: bool = True) -> int:
    with reads_only(), transaction():
        criteria = Criteria(q=word, shows_suppressed=True)
        return queries.find(criteria, sort=None, page=1, per_page=20, facets=facets).page.total


def _p95(kinds: str) -> float:
    """Milliseconds in which all but one in twenty searches have answered."""
    took = []
    for kind in kinds.split():
        for turn in range(SEARCHES + 1):
            began = perf_counter()
            found = _search(titles.word(RANKS[kind] + turn))
            if turn and found:
                took.append((perf_counter() - began) * 1e3)
    return quantiles(took, n=20)[-1]


def _without_security(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    """The very same statements on the same rows; only the policies come and go."""
    for kind, rank in RANKS.items():
        search = _each_in_turn(rank)
        times = interleave(
            {"ENABLE": search, "DISABLE": search},
            rounds=sizes.rounds, calls=SEARCHES,
            prepare=lambda verb: _as_root(
                ground, [f"ALTER TABLE {name} {verb} ROW LEVEL SECURITY" for name in SEARCHED]
            ),
        )  # fmt: skip
        found = ratio(times["ENABLE"], times["DISABLE"])
        yield Result(
            "G16", ground.name, f"search for a {kind} word / without row-level security",
            str(found), found.wall, 2.0,
        )  # fmt: skip
    _as_root(ground, [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY" for name in SEARCHED])


def _each_in_turn(rank: int) -> Side:
    words = cycle(titles.word(rank + turn) for turn in range(SEARCHES))
    return lambda: _search(next(words))


def _as_root(ground: Ground, statements: list[str]) -> None:
    with ground.passing.connect().execution_options(isolation_level="AUTOCOMMIT") as root:
        for statement in statements:
            root.execute(sa.text(statement))
