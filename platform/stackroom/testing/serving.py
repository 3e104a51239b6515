"""The real `stackroom` command in processes of its own, on a free port, with its own data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from stackroom.testing.servers import free_port

PATIENCE = 180.0  # seconds to a first answer: migrations and the demo come before it
STACKROOM = (sys.executable, "-m", "stackroom")
GRACE = 60.0  # seconds from SIGTERM to the end


@dataclass(slots=True)
class Served:
    port: int
    log: Path
    process: subprocess.Popen[bytes]
    domain: str = "localhost"

    def origin(self, slug: str = "") -> str:
        """What a browser is told to open; browsers know every name below localhost."""
        return f"http://{slug}{'.' if slug else ''}localhost:{self.port}"

    def request(self, method: str, path: str, slug: str = "", **options: Any) -> requests.Response:
        """Ask the organisation `slug`, or the platform's own host."""
        name = f"{slug}.{self.domain}" if slug else self.domain
        headers = {"Host": f"{name}:{self.port}", **options.pop("headers", {})}
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, headers=headers, timeout=30, **options)

    def sign_in(self, slug: str, email: str, password: str) -> dict[str, str]:
        """The header that the API takes for a sign-in."""
        body = {"email": email, "password": password}
        answer = self.request("POST", "/api/v1/auth/tokens", slug, json=body)
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def wait(self) -> None:
        """Raises RuntimeError with the log where the program ends, or does not answer."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.request("GET", "/healthz").status_code == HTTPStatus.OK:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.1)
        raise RuntimeError(f"stackroom does not answer:\n{self.log.read_text()}")

    def stop(self) -> int:
        """Ask it to end, as a supervisor does; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(GRACE)


@contextmanager
def served(command: str, data_dir: Path, **settings: str) -> Iterator[Served]:
    """`stackroom run` or `stackroom serve`; `settings` are named without STACKROOM_.

    Coverage follows into the processes, so they end by SIGTERM and are only then killed.
    """
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "server.log"
    arguments = [*STACKROOM, command, "--port", str(port)]
    variables = environment(data_dir, **{"public_port": str(port), **settings})
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments, env=variables, stdout=output, stderr=output, start_new_session=True
        )
    running = Served(port, log, process, settings.get("base_domain", "localhost"))
    try:
        running.wait()
        yield running
        running.stop()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The variables of this process without its settings of Stackroom, and those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STACKROOM_")}
    given = {f"STACKROOM_{name.upper()}": value for name, value in settings.items()}
    return {**kept, "STACKROOM_DATA_DIR": str(data_dir), **given}
