"""Many rows at once: with their versions and lines of history, against the rows alone."""

from collections.abc import Iterator
from typing import Any

from uuid_utils.compat import uuid7

from bench.ground import Ground
from bench.report import Result
from bench.rounds import Times, interleave, ratio
from bench.sizes import Sizes
from stackroom.audit import bulk
from stackroom.catalogue.models import Bib
from stackroom.core.database import transaction
from stackroom.testing.furnish import MARC
from tenants.orm import Base

ROUNDS = 5
BIBS = Base.metadata.tables["bibs"]


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    ground.copy_to_bare()
    sides: dict[str, Rows] = {
        "audited": Audited(ground, sizes.rows),
        "alone": Alone(ground, sizes.rows),
    }
    with ground.inside():
        times = _interleave(sizes, sides, "make", "insert")
        yield _result(ground, f"insert {sizes.rows} bibs", times, 2.0)
        times = _interleave(sizes, sides, "change", "update")
        yield _result(ground, f"update {sizes.rows} bibs", times, 3.5)


def _interleave(
    sizes: Sizes, sides: dict[str, "Rows"], prepare: str, write: str
) -> dict[str, Times]:
    return interleave(
        {name: getattr(side, write) for name, side in sides.items()},
        rounds=min(sizes.rounds, ROUNDS),
        prepare=lambda name: getattr(sides[name], prepare)(),
    )


def _result(ground: Ground, what: str, times: dict[str, Times], bound: float) -> Result:
    found = ratio(times["audited"], times["alone"])
    return Result("G9", ground.name, f"{what}, audited / Core alone", str(found), found.cpu, bound)


class Rows:
    def __init__(self, ground: Ground, number: int) -> None:
        self.ground, self.number = ground, number
        self.rows: list[dict[str, Any]] = []

    def make(self) -> None:
        whole = {
            "tenant_id": self.ground.house.tenant.id, "title": "The origins of virtue",
            "title_alternate": "", "sort_title": "origins of virtue", "author": "Ridley, Matt",
            "contributors": [], "isbns": ["9780140244045"], "issns": [], "subjects": ["Ethics"],
            "language": "eng", "year": 1996, "publisher": "Viking", "edition": "", "series": "",
            "material": "book", "control_number": None, "control_source": "", "suppressed": False,
            "marc": MARC, "revision": 1,
        }  # fmt: skip
        self.rows = [{**whole, "id": uuid7()} for _ in range(self.number)]

    def change(self) -> None:
        """Each row's next state; the first change is that of the rows inserted last."""
        for row in self.rows:
            row["title"] = f"{row['title']}."


class Audited(Rows):
    def insert(self) -> None:
        with transaction() as session:
            bulk.insert(session, Bib, self.rows)

    def update(self) -> None:
        with transaction() as session:
            bulk.update(session, Bib, self.rows)
        for row in self.rows:
            row["revision"] += 1


class Alone(Rows):
    def insert(self) -> None:
        with self.ground.bare.begin() as connection:
            connection.execute(BIBS.insert(), self.rows)

    def update(self) -> None:
        changed = [
            {**row, "old_id": row["id"], "old_revision": row["revision"],
             "revision": row["revision"] + 1}
            for row in self.rows
        ]  # fmt: skip
        with self.ground.bare.begin() as connection:
            connection.execute(bulk._replacement(BIBS), changed)  # noqa: SLF001 - the same SQL
        for row in self.rows:
            row["revision"] += 1
