"""Our one pool of tables beside a schema for each organisation (django-tenants), in one run."""

import json
import subprocess
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.ground import POSTGRESQL, Ground
from bench.report import Result
from bench.signing_up import sign_ups
from bench.sizes import Sizes
from bench.statements import told
from tenants.orm import scoped_tables
from tools.steps import ROOT, digest, is_done, perform, remember

FEW, MANY = 10, 60
"""Schemas cost a third of a second each, so the peer is shown at few."""
LAST = 20
HOME = ROOT / ".cache" / "peers"
LOCK = ROOT / "requirements" / "peers.txt"


def measure(ground: Ground, _: Sizes) -> Iterator[Result]:
    if ground.name != POSTGRESQL:
        return
    theirs = _theirs(ground)
    ours = sign_ups(ground, "beside", MANY)
    at_few, at_many = theirs["add_column"]
    signed_up = median(theirs["sign_up"][-LAST:])
    times = signed_up / median(ours[-LAST:])
    yield Result(
        "G5", ground.name, f"sign-up with {MANY}: a schema for each / ours",
        f"{times:.0f} ({signed_up * 1e3:.0f} ms)", times, 1, at_least=True,
    )  # fmt: skip
    statements, seconds = _add_column(ground)
    yield Result("G6", ground.name, "add a column, statements", str(statements), statements, 1)
    yield Result(
        "G6", ground.name, "add a column, ms", f"{seconds * 1e3:.1f} wall", seconds * 1e3, 100
    )
    yield Result(
        "G6", ground.name, f"the same, a schema for each of {FEW} / of {MANY}, s",
        f"{at_few:.1f} / {at_many:.1f}", at_many,
    )  # fmt: skip


def _theirs(ground: Ground) -> dict[str, Any]:
    with ground.passing.connect().execution_options(isolation_level="AUTOCOMMIT") as root:
        root.execute(sa.text("CREATE DATABASE peers"))
    url = ground.passing.url
    asked = {
        "database": {
            "NAME": "peers", "USER": url.username, "PASSWORD": url.password,
            "HOST": url.host, "PORT": url.port,
        },
        "tables": [len(table.c) for table in scoped_tables()],
        "few": FEW,
        "many": MANY,
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own script
        [_python(), "-m", "bench.peers.schema_per_tenant"],
        cwd=ROOT, input=json.dumps(asked), stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _python() -> str:
    """Of an environment of the peer's own: its libraries are none of ours."""
    python = HOME / "bin" / "python"
    wanted = digest(LOCK)
    if not (python.exists() and is_done("peers", wanted)):
        perform("Making room for the peer", ["python", "-m", "venv", "--clear", str(HOME)])
        pip = [str(python), "-m", "pip", "install", "--no-deps", "--require-hashes"]
        perform("Installing the peer", [*pip, "-r", str(LOCK)])
        remember("peers", wanted)
    return str(python)


def _add_column(ground: Ground) -> tuple[int, float]:
    """On the table of titles, for every organisation at once."""
    owner = ground.passing

    def add() -> None:
        with owner.begin() as connection:
            connection.execute(sa.text("ALTER TABLE bibs ADD COLUMN added text"))

    began = time.perf_counter()
    sent = told(owner, add)
    took = time.perf_counter() - began
    with owner.begin() as connection:
        connection.execute(sa.text("ALTER TABLE bibs DROP COLUMN added"))
    return len([it for it in sent if it.startswith("ALTER")]), took
