"""Very many organisations of very different sizes, and how long the main reads of them take.

`make growth` deals 10,000; a few hold most of the titles, as with real libraries (Zipf's law).
"""

from collections.abc import Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from random import Random
from statistics import median, quantiles
from time import perf_counter

import sqlalchemy as sa

from bench import titles
from bench.ground import POSTGRESQL, Ground
from bench.report import Result
from bench.serving import in_process
from bench.signing_up import CHEAPEST
from bench.sizes import Sizes
from stackroom.catalogue.models import Bib
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import transaction
from stackroom.staff import sign_up
from stackroom.testing.house import House

FEW = 100
READERS = 200
"""Organisations that are asked; drawn by their size, since more people read in a large one."""
ROUNDS = 5
READS = {
    "a title": "/api/v1/bibs/{bib}",
    "a page of titles": "/api/v1/bibs?facets=false",
    "a search": "/api/v1/bibs?q={word}",
    "a barcode": "/api/v1/items?barcode=B-1",
    "a page of patrons": "/api/v1/patrons",
    "the audit trail": "/api/v1/audit/entries",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of one organisation: a signed-in admin, and a title to look at."""

    house: House
    token: str
    bib: str


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    shares = _shares(sizes.organisations, sizes.bibs)
    houses = [_open(ground, f"dealt-{it}", share) for it, share in enumerate(shares[:FEW])]
    early = _read(ground, _readers(houses, shares), READS["a title"])
    houses += [_open(ground, f"dealt-{it}", share) for it, share in enumerate(shares[FEW:], FEW)]
    if ground.name == POSTGRESQL:
        with ground.passing.connect().execution_options(isolation_level="AUTOCOMMIT") as root:
            root.execute(sa.text("ANALYZE"))
    readers = _readers(houses, shares)
    late = _read(ground, readers, READS["a title"])
    grown = median(late) / median(early)
    yield Result(
        "G7", ground.name, f"read a title of {len(houses)} organisations / of {FEW}",
        f"{grown:.2f} wall", grown, 1.3,
    )  # fmt: skip
    for what, path in READS.items():
        yield _told(ground, f"{what}, {len(houses)} organisations", _read(ground, readers, path))


def _shares(organisations: int, bibs: int) -> list[int]:
    whole = sum(1 / rank for rank in range(1, organisations + 1))
    return [max(1, round(bibs / rank / whole)) for rank in range(1, organisations + 1)]


def _open(ground: Ground, slug: str, bibs: int) -> House:
    house = copy_context().run(_sign_up, ground, slug)
    with ground.inside(house):
        titles.add(house.tenant.id, Random(slug), bibs)  # noqa: S311 - the same every time
    return house


def _sign_up(ground: Ground, slug: str) -> House:
    new = sign_up.NewOrganisation(
        name=slug, slug=slug, admin_name="Ada Admin", admin_email=f"admin@{slug}.example",
        password="a few quiet words",  # noqa: S106 - of nobody
    )  # fmt: skip
    domain = ground.app.settings.base_domain
    with (
        ground.app.app_context(),
        acting_as(Provenance(SYSTEM, Channel.CLI)),
        transaction(),
    ):
        made = sign_up.sign_up(new, base_domain=domain, hasher=CHEAPEST)
        made.open()
        made.plan = "consortium"  # its limits are not what is measured
        return House(ground.app, made.as_tenant())


def opened(ground: Ground, slug: str, bibs: int) -> Reader:
    """An organisation with so many titles, and its admin signed in."""
    return _reader(_open(ground, slug, bibs))


def _readers(houses: Sequence[House], shares: Sequence[int]) -> list[Reader]:
    drawn = Random(3).choices(houses, weights=shares[: len(houses)], k=READERS)  # noqa: S311
    return [_reader(house) for house in {house.tenant.id: house for house in drawn}.values()]


def _reader(house: House) -> Reader:
    with house.work("admin") as session:
        bib = session.scalars(sa.select(Bib.id).limit(1)).one()
    return Reader(house, house.api("admin").token, str(bib))


def _read(ground: Ground, readers: Sequence[Reader], path: str) -> list[float]:
    """Milliseconds of each request. Every reader comes once a round, so its organisation is
    seldom still at hand."""
    word = titles.word(1_500)
    calls = [
        in_process(ground.app, path.format(bib=it.bib, word=word), it.house.tenant.host, it.token)
        for it in readers
    ]
    took = []
    for turn in range(ROUNDS + 1):
        for call in calls:
            began = perf_counter()
            call()
            if turn:
                took.append((perf_counter() - began) * 1e3)
    return took


def _told(ground: Ground, what: str, took: list[float]) -> Result:
    cuts = quantiles(took, n=100)
    p50, p95, p99 = cuts[49], cuts[94], cuts[98]
    words = f"{p50:.1f} / {p95:.1f} / {p99:.1f}"
    return Result("G21", ground.name, f"{what}, p50 / p95 / p99, ms", words, p95, 100)
