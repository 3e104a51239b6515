"""What `make test`, `make check` and `make isolation-report` run, in order."""

from dataclasses import dataclass
from pathlib import Path

from tools.steps import ROOT

RESULTS = ROOT / ".cache" / "test"
ISOLATION_RESULTS = ROOT / ".cache" / "isolation"
FRONTEND = ROOT / "platform" / "frontend"
SERVED = ("platform/stackroom", "tenants", "config")


@dataclass(frozen=True)
class Stage:
    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    needs: tuple[str, ...] = ()

    @property
    def junit(self) -> Path:
        return RESULTS / f"{self.name}.xml"

    @property
    def log(self) -> Path:
        return RESULTS / f"{self.name}.log"


def pytest(name: str, *options: str, needs: tuple[str, ...] = ()) -> Stage:
    command = ("pytest", "--quiet", "-n2", f"--junitxml={RESULTS / name}.xml", *options)
    return Stage(name, command, needs=needs)


# SQLite and the browser add to one measurement, and only the last stage judges it: the same tests
# on PostgreSQL would take a third longer to measure the same lines again
COVERED = ("--cov", "--cov-append", "--cov-report=", "--cov-fail-under=0")
# pure code: once is enough
WITHOUT_DATABASE = ("--ignore=tests/stackroom/catalogue/marc", "--ignore=tests/tools")
# what an organisation does, with every organisation in a database of its own
SILO = tuple(
    f"tests/{name}"
    for name in (
        "tenants", "stackroom/audit", "stackroom/catalogue/imports", "stackroom/circulation",
        "stackroom/core", "stackroom/patrons", "stackroom/staff",
    )
)  # fmt: skip
VITEST = ("--reporter=default", "--reporter=junit", f"--outputFile={RESULTS / 'frontend-test'}.xml")

CHECKS = (
    Stage("format", ("ruff", "format", "--check", ".")),
    Stage("lint", ("ruff", "check", ".")),
    Stage("types", ("mypy",)),
    Stage("imports", ("lint-imports",)),
)

# from what the runs on both databases have tried; it fails for a leak
REPORT = Stage("isolation", ("python", "-m", "tools.isolation"))
WALLS = ("tests/isolation", "tests/attacks")

TEST = (
    *CHECKS,
    # from medium severity on: the low ones are ruff's S rules, whose exceptions give a reason
    Stage("security", ("bandit", "-q", "-r", "-c", "pyproject.toml", "-ll", *SERVED)),
    Stage("frontend-lint", ("npm", "run", "lint"), FRONTEND),
    Stage("frontend-test", ("npm", "run", "test", "--", *VITEST), FRONTEND),
    pytest("sqlite", "-m", "not e2e", "--every-route", *COVERED, needs=("postgresql", "redis")),
    pytest(
        "postgresql", "-m", "not e2e", "--database=postgresql", *WITHOUT_DATABASE,
        needs=("postgresql", "redis", "pgbouncer"),
    ),
    pytest("silo", "--silo", "--database=postgresql", *SILO, needs=("postgresql", "redis")),
    REPORT,
    pytest("browser", "-m", "e2e", *COVERED, needs=("redis", "chromium")),
    Stage("coverage", ("coverage", "report")),
)  # fmt: skip

ISOLATION = (
    pytest("sqlite", *WALLS, needs=("redis",)),
    pytest("postgresql", "--database=postgresql", *WALLS, needs=("postgresql", "redis")),
    REPORT,
)

QUICK = (*CHECKS, pytest("sqlite", "-m", "not e2e and not slow"))
