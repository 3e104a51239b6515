"""A step of setting up tells what went wrong in words that help, and is done only once."""

import shutil
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT, run

import pytest

from tools import steps


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with the tools alone, so that logs and stamps are written there."""
    shutil.copytree(Path(steps.__file__).parent, tmp_path / "tools")
    return tmp_path


def say(tree: Path, program: str) -> str:
    """What the terminal shows of a few lines of Python that use the tree's tools."""
    command = [sys.executable, "-c", program]
    return run(command, cwd=tree, stdout=PIPE, stderr=STDOUT, text=True, check=False).stdout


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: Could not find a version that satisfies", "package index cannot be reached"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "is not the one that was locked"),
        ("npm error code ENOTFOUND", "npm registry cannot be reached"),
        ("ensurepip is not available", "apt-get install python3-venv"),
    ],
)
def test_a_known_failure_is_explained(output: str, remedy: str) -> None:
    assert remedy in steps.explain(output, Path("pip.log"))


def test_an_unknown_failure_shows_its_last_line_and_where_the_rest_is() -> None:
    sentence = steps.explain("first\n  error TS18003: No inputs\n\n", Path("npm.log"))

    assert sentence == "it ended with 'error TS18003: No inputs'; all it said is in npm.log"


def test_a_failing_program_becomes_a_fault_with_its_title(tree: Path) -> None:
    shown = say(
        tree,
        "from tools.steps import perform, Fault\n"
        "try: perform('Filling the disk', ['sh', '-c', 'echo ENOSPC >&2; exit 3'])\n"
        "except Fault as fault: print(fault)",
    )

    assert shown.splitlines() == [
        "Filling the disk … failed",
        "Filling the disk failed: the disk is full; free some space and run the command again",
    ]


def test_a_program_that_is_not_there_becomes_a_fault(tree: Path) -> None:
    shown = say(tree, "from tools.steps import perform\nperform('Going', ['no-such-program'])")

    assert "tools.steps.Fault: Going failed: it ended with" in shown
    assert "No such file or directory: 'no-such-program'" in shown


def test_a_step_is_done_until_one_of_its_files_changes(tree: Path) -> None:
    shown = say(
        tree,
        "from tools.steps import ROOT, digest, is_done, remember\n"
        "lock = ROOT / 'lock.txt'\n"
        "lock.write_text('one')\n"
        "remember('libraries', digest(lock))\n"
        "print(is_done('libraries', digest(lock)), is_done('another', digest(lock)))\n"
        "lock.write_text('two')\n"
        "print(is_done('libraries', digest(lock)))",
    )

    assert shown.split() == ["True", "False", "False"]
