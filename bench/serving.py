"""A request as gunicorn's sync worker serves it, but in this process, where it can be timed."""

import socket
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.sync import SyncWorker
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REQUESTS_FROM_ONE_ADDRESS = 1000
"""Below the rate limit, which stays on: it is part of every request."""
LARGEST_ANSWER = 1 << 20
_served = count()


def in_process(app: "WSGIApplication", path: str, host: str, token: str = "") -> Callable[[], None]:
    """Calls the app and nothing around it."""
    environ = EnvironBuilder(path, f"http://{host}", headers=Headers(_headers(token))).get_environ()

    def call() -> None:
        body, status, _ = run_wsgi_app(app, environ | {"REMOTE_ADDR": _address()})
        if not status.startswith("200"):
            raise RuntimeError(f"{path} answered {status}: {b''.join(body).decode()}")

    return call


def through_gunicorn(
    app: "WSGIApplication", path: str, host: str, token: str = ""
) -> Callable[[], None]:
    """Parses, calls the app and answers over a socket, one connection a request, as in PERF's
    floor (worker class sync, one client)."""
    worker = _worker(app)
    listener = socket.socket(socket.AF_UNIX)
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in _headers(token).items()]
    said = "\r\n".join([*lines, "", ""]).encode()

    def call() -> None:
        client, served = socket.socketpair()
        with client:
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)
            worker.handle(listener, served, (_address(), 50_000))
            answer = client.recv(LARGEST_ANSWER)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path} answered {answer.decode()}")

    return call


def _worker(app: "WSGIApplication") -> SyncWorker:
    config = Config()
    worker = SyncWorker(0, 0, [], None, 30, config, Logger(config))
    worker.wsgi = app
    return worker


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _address() -> str:
    number = next(_served) // REQUESTS_FROM_ONE_ADDRESS
    return f"10.0.{number >> 8 & 255}.{number & 255}"
