"""An audited import behind the walls, against pymarc reading the same file and doing no more."""

import gzip
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from pymarc import MARCReader

from bench.ground import Ground
from bench.report import Result
from bench.rounds import Ratio, interleave, ratio
from bench.sizes import Sizes
from stackroom.catalogue.imports import runner, service
from stackroom.catalogue.marc import from_json, to_iso2709
from stackroom.core.database import transaction
from stackroom.files.adapters import files
from stackroom.testing.house import House, open_house

if TYPE_CHECKING:
    from uuid import UUID

REAL = Path("marc/gpo_monthly/changed_records_202601_1563_utf8.mrc.gz")
"""Records of the United States Government Publishing Office, in the developers' data folder."""
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
TERMINATOR = b"\x1d"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    name, marc = read(sizes.marc, sizes.records)
    shelf = Shelf(ground, marc)
    times = interleave(
        {"ours": shelf.load, "pymarc": lambda: parse(marc)},
        rounds=sizes.rounds, prepare=lambda side: shelf.prepare() if side == "ours" else None,
    )  # fmt: skip
    slower = ratio(times["ours"], times["pymarc"])
    share = Ratio(1 / slower.cpu, 1 / slower.wall)
    yield Result(
        "G12", ground.name, f"import of {sizes.records} records ({name}) / pymarc's parse",
        str(share), share.wall, 0.28, at_least=True,
    )  # fmt: skip


def read(chosen: Path | None, records: int) -> tuple[str, bytes]:
    """The first records of a real file where there is one, else records made up."""
    path = chosen or Path(os.environ.get("STACKROOM_SHARED_DATA", SHARED_DATA)) / REAL
    if not path.exists():
        return "made up", b"".join(map(made_up, range(records)))
    whole = path.read_bytes()
    if path.suffix == ".gz":
        whole = gzip.decompress(whole)
    found = whole.split(TERMINATOR)[:-1]
    return path.parent.name, b"".join(record + TERMINATOR for record in found[:records])


def parse(marc: bytes) -> int:
    return sum(1 for _ in MARCReader(BytesIO(marc)))


class Shelf:
    """Imports one file again and again, each time into an organisation that has nothing yet."""

    def __init__(self, ground: Ground, marc: bytes) -> None:
        self.ground, self.marc = ground, marc
        self.files = files(ground.app.settings)
        self.house: House
        self.job: UUID

    def prepare(self) -> None:
        self.house = open_house(self.ground.app, "import")
        with self.ground.inside(self.house), transaction():
            stream = BytesIO(self.marc)
            self.job = service.create(stream, filename="bench.mrc", files=self.files).id

    def load(self) -> None:
        with self.ground.inside(self.house):
            runner.run(self.job, self.files)
            with transaction():
                found = service.counts(service.job(self.job))
        taken = found["created"] + found["updated"] + found["unchanged"]
        if taken != self.marc.count(TERMINATOR):
            raise RuntimeError(f"the import has lost records: {found}")


def made_up(number: int) -> bytes:
    """Of the size and shape of an ordinary record of a monograph."""
    chance = Random(number)  # noqa: S311 - the same file every time
    words = ["".join(chance.choices("aeioulnrst", k=chance.randint(3, 9))) for _ in range(160)]
    texts = [" ".join(words[start : start + 8]) for start in range(0, 160, 8)]
    tags = ("245", "264", "300", *["500"] * 6, *["650"] * 8, "700", "710", "856")
    fields = [
        {tag: {"ind1": " ", "ind2": " ", "subfields": [{"a": text.title()}]}}
        for tag, text in zip(tags, texts, strict=True)
    ]
    control = [{"001": f"bench{number:08d}"}, {"008": "960604s1996    enk           000 1 eng d"}]
    marc = {"leader": "00000nam a2200000 a 4500", "fields": [*control, *fields]}
    return to_iso2709(from_json(marc))
