"""Reading a flag of the open organisation, as every request does."""

import timeit
from collections.abc import Iterator
from statistics import median

from bench.ground import Ground
from bench.report import Result
from bench.sizes import Sizes
from stackroom.flags.registry import PUBLIC_CATALOGUE

READS = 10_000


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    with ground.inside():
        rounds = timeit.repeat(
            lambda: ground.app.flag_is_on(PUBLIC_CATALOGUE.key), repeat=sizes.rounds, number=READS
        )
    micros = median(rounds) / READS * 1e6
    yield Result("G11", ground.name, "flag read, µs", f"{micros:.2f} wall", micros, 0.3)
