"""Making an organisation when there are few, and when there are many."""

import time
from collections.abc import Iterator
from contextvars import copy_context
from statistics import median

from bench.ground import Ground
from bench.report import Result
from bench.sizes import Sizes
from stackroom.core.actor import ANONYMOUS, Channel, Provenance, acting_as
from stackroom.core.database import transaction
from stackroom.staff import sign_up
from stackroom.staff.passwords import Passwords

FEW = 10
CHEAPEST = Passwords(memory_kib=8, time=1)
"""The goal leaves the admin's password hash out."""
SAMPLE = 50


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    """The median of the organisations around the tenth against that of those around the last."""
    took = sign_ups(ground, "many", FEW + SAMPLE + sizes.organisations)
    early, late = median(took[FEW : FEW + SAMPLE]), median(took[-SAMPLE:])
    yield Result(
        "G5", ground.name, f"sign-up at {sizes.organisations} / at {FEW} organisations",
        f"{late / early:.2f} wall", late / early, 1.5,
    )  # fmt: skip
    yield Result("G5", ground.name, "sign-up, ms", f"{late * 1e3:.1f} wall", late * 1e3, 20)


def sign_ups(ground: Ground, name: str, number: int) -> list[float]:
    """Seconds of each sign-up, its commit included."""
    return [_sign_up(ground, f"{name}-{turn}") for turn in range(number)]


def _sign_up(ground: Ground, slug: str) -> float:
    new = sign_up.NewOrganisation(
        name=slug, slug=slug, admin_name="Ada Admin",
        admin_email="ada@bench.example", password="a few quiet words",  # noqa: S106 - of nobody
    )  # fmt: skip
    began = time.perf_counter()
    copy_context().run(_transact, ground, new)
    return time.perf_counter() - began


def _transact(ground: Ground, new: sign_up.NewOrganisation) -> None:
    domain = ground.app.settings.base_domain
    with ground.app.app_context(), acting_as(Provenance(ANONYMOUS, Channel.WEB)), transaction():
        sign_up.sign_up(new, base_domain=domain, hasher=CHEAPEST)
