"""An OpenID Connect provider that others have written, oidc-provider-mock, in a process of its own:
the one that we have written for tests could share our mistakes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from stackroom.testing.servers import free_port

MOCK = (sys.executable, "-m", "oidc_provider_mock", "--require-nonce")
PATIENCE = 60.0  # seconds to a first answer: its libraries load slowly


@contextmanager
def foreign_provider(*people: dict[str, Any]) -> Iterator[str]:
    """Gives the issuer. `people`: claims, `sub` among them. Raises RuntimeError."""
    port = free_port()
    claims = [part for each in people for part in ("--user-claims", json.dumps(each))]
    process = subprocess.Popen(
        [*MOCK, "--port", str(port), *claims],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://localhost:{port}"
    try:
        _wait(process, issuer)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], issuer: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("oidc-provider-mock does not answer")


def come_back(address: str, subject: str) -> str:
    """What a browser does at `address`: path and query to come back to."""
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.is_redirect, answer.text
    return answer.headers["Location"].partition("://")[2].partition("/")[2]
