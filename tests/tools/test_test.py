"""A stage runs its program to the end, says why it cannot, and leaves nothing running."""

import os
from pathlib import Path
from select import select

from tools.stages import Stage
from tools.test import follow


def stage(folder: Path, *command: str) -> Stage:
    return Stage(str(folder / "stage"), command, folder)  # an absolute name keeps its log there


def test_the_exit_code_is_the_programs_own(tmp_path: Path) -> None:
    speaking = stage(tmp_path, "sh", "-c", "echo heard; exit 7")

    assert follow(speaking, dict(os.environ)) == 7
    assert speaking.log.read_text() == "heard\n"


def test_a_program_that_is_missing_fails_the_stage(tmp_path: Path) -> None:
    missing = stage(tmp_path, "no-such-program")

    assert follow(missing, dict(os.environ)) == 1
    assert missing.log.read_text().startswith("no-such-program cannot be started")


def test_a_server_that_a_stage_forgot_is_ended(tmp_path: Path) -> None:
    """The forgotten server holds a pipe open; the pipe closes only when the server is gone."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    assert follow(stage(tmp_path, "sh", "-c", "exec > pipe; sleep 600 &"), dict(os.environ)) == 0

    readable, _, _ = select([reader], [], [], 20)
    assert readable
    assert os.read(reader, 1) == b""
    os.close(reader)
