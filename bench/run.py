"""`make bench`: every measure on both databases, and a table of what came out."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import (
    auditing,
    bulk,
    dealing,
    flags,
    history,
    importing,
    lending,
    memory,
    reading,
    schemas,
    sealing,
    searching,
    signing_up,
)  # fmt: skip
from bench.ground import POSTGRESQL, SQLITE, Ground, prepared
from bench.report import Result, table
from bench.sizes import Sizes

Measure = Callable[[Ground, Sizes], Iterator[Result]]
MEASURES: dict[str, Measure] = {
    "flags": flags.measure,
    "reading": reading.measure,
    "lending": lending.measure,
    "importing": importing.measure,
    "bulk": bulk.measure,
    "auditing": auditing.measure,
    "history": history.measure,
    "sealing": sealing.measure,
    "signing-up": signing_up.measure,
    "schemas": schemas.measure,
    "dealing": dealing.measure,
    "searching": searching.measure,
    "memory": memory.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    names = (
        "rounds",
        "calls",
        "records",
        "bibs",
        "organisations",
        "rows",
        "requests",
        "versions",
        "marc",
    )
    sizes = Sizes(**{name: getattr(options, name) for name in names})
    results = [
        result
        for database in options.database or (SQLITE, POSTGRESQL)
        for result in _measured(database, options.only or list(MEASURES), sizes)
    ]
    print(table(results))
    return 0


def _measured(database: str, wanted: Sequence[str], sizes: Sizes) -> Iterator[Result]:
    with prepared(database) as ground:
        for name in wanted:
            began = time.monotonic()
            yield from MEASURES[name](ground, sizes)
            took = time.monotonic() - began
            print(f"{database}: {name} took {took:.0f} s", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES)
    parser.add_argument("--database", action="append", choices=(SQLITE, POSTGRESQL))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=100, help="requests a round")
    parser.add_argument("--records", type=int, default=1000, help="records of one import")
    parser.add_argument("--bibs", type=int, default=100_000, help="in 20 organisations")
    parser.add_argument("--organisations", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=10_000, help="of one bulk write")
    parser.add_argument("--requests", type=int, default=5000, help="that may not leak")
    parser.add_argument("--versions", type=int, default=100_000, help="in 100 organisations")
    parser.add_argument("--marc", type=Path, help="real records, ISO 2709")
    return parser
