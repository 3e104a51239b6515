"""Makes .venv, installs the lock, builds the front end: `python3 -m tools.bootstrap [--dev]`.

Uses the standard library only and parses on Python 3.8, so that an old Python gets a sentence
rather than a SyntaxError.
"""

from __future__ import annotations

import shutil
import sys

from tools import frontend
from tools.steps import ROOT, STAMPS, VENV, Fault, digest, is_done, perform, remember

OLDEST_PYTHON = (3, 11)
FIRST_TIME_MB = 1500  # libraries, node_modules and, where it is missing, Node itself
LATER_MB = 100  # room for the database and the uploads to grow
REQUIREMENTS = ROOT / "requirements"
RUNTIME = (REQUIREMENTS / "runtime.txt", REQUIREMENTS / "build.txt")
DEV = (REQUIREMENTS / "dev.txt",)  # contains all of RUNTIME


def main() -> None:
    try:
        need_python(sys.version_info[:3])
        need_space(shutil.disk_usage(ROOT).free // 1_000_000, first_time=not STAMPS.is_dir())
        make_environment()
        install_libraries(dev="--dev" in sys.argv)
        install_stackroom()
    except Fault as fault:
        sys.exit(f"Stackroom is not ready: {fault}")
    build_frontend()


def need_python(version: tuple[int, ...]) -> None:
    if version < OLDEST_PYTHON:
        raise Fault(
            f"it needs Python 3.11 or newer and this is {'.'.join(map(str, version))}; "
            "name a newer one, for example `make run PYTHON=python3.12`"
        )


def need_space(free_mb: int, *, first_time: bool) -> None:
    needed = FIRST_TIME_MB if first_time else LATER_MB
    if free_mb < needed:
        raise Fault(
            f"the disk has {free_mb} MB left and {needed} MB are needed; free some space and "
            "run the command again"
        )


def make_environment() -> None:
    if not (VENV / "bin" / "python").exists():
        perform("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_libraries(*, dev: bool) -> None:
    wanted = digest(*DEV) if dev else digest(*RUNTIME)
    if is_done("libraries", wanted, digest(*DEV)):
        return
    files = [argument for lock in (DEV if dev else RUNTIME) for argument in ("-r", str(lock))]
    # the lock is whole; an older pip that resolves it anew trips over a library's extras
    pip("Installing the libraries (a minute)", "--no-deps", "--require-hashes", *files)
    remember("libraries", wanted)


def install_stackroom() -> None:
    wanted = digest(ROOT / "pyproject.toml")
    if not is_done("stackroom", wanted):
        pip("Installing Stackroom", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
        remember("stackroom", wanted)


def pip(title: str, *arguments: str) -> None:
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input"]
    perform(title, [*command, "--disable-pip-version-check", *arguments])


def build_frontend() -> None:
    try:
        frontend.build()
    except Fault as fault:
        print(
            f"The pages could not be built ({fault}). Until they can, the API and the stackroom "
            "commands work, and pages only as they were last built.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
