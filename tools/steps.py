"""A step of setting up: done once, remembered by a stamp, and explained when it fails."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
LOGS = ROOT / ".cache" / "logs"

# what pip and npm say, and what to do about it
REMEDIES = (
    (
        ("No space left on device", "ENOSPC"),
        "the disk is full; free some space and run the command again",
    ),
    (
        ("DO NOT MATCH THE HASHES", "EINTEGRITY"),
        "a downloaded package is not the one that was locked; look for a proxy or mirror that "
        "changes packages, or run `make lock` if the lock itself is wrong",
    ),
    (
        ("Could not find a version", "Max retries exceeded", "Failed to establish", "ProxyError"),
        "the Python package index cannot be reached or lacks a package; check the network and "
        "pip's index setting (PIP_INDEX_URL)",
    ),
    (
        ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "code E40"),
        "the npm registry cannot be reached or lacks a package; check the network and npm's "
        "registry setting (NPM_CONFIG_REGISTRY)",
    ),
    (
        ("ensurepip is not available",),
        "this Python comes without its venv module; install it (on Debian and Ubuntu: "
        "apt-get install python3-venv)",
    ),
    (
        ("Permission denied", "EACCES"),
        "a file belongs to somebody else; look at the owner of .venv",
    ),
)


class Fault(Exception):
    """One sentence: what is wrong and what to do."""


def explain(output: str, log: Path) -> str:
    """The remedy for what a program printed as it failed, or where to read all of it."""
    for signs, remedy in REMEDIES:
        if any(sign in output for sign in signs):
            return remedy
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return f"it ended with {lines[-1] if lines else 'no message'!r}; all it said is in {log}"


def perform(title: str, command: list[str], cwd: Path = ROOT) -> None:
    """Run one program with `.venv/bin` first in PATH; raise Fault with the remedy if it fails."""
    print(f"{title} … ", end="", flush=True)
    began = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{Path(command[0]).name}.log"
    try:
        # to a file: a server that an installation starts would keep a pipe open for ever
        with log.open("w") as output:
            done = subprocess.run(
                command, cwd=cwd, env=environment(), stdout=output, stderr=output, check=False
            )
    except OSError as error:
        print("failed", flush=True)
        raise Fault(f"{title} failed: {explain(str(error), log)}") from error
    if done.returncode != 0:
        print("failed", flush=True)
        said = log.read_text(encoding="utf-8", errors="replace")
        raise Fault(f"{title} failed: {explain(said, log)}")
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def digest(*paths: Path) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()


def is_done(name: str, *digests: str) -> bool:
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() in digests


def remember(name: str, digest: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest)
