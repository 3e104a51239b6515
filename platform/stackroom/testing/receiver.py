"""A real server on this machine that takes webhooks, and fails where a test tells it to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    headers: Message
    body: bytes

    @property
    def id(self) -> str:
        return str(self.headers["webhook-id"])

    @property
    def json(self) -> Any:
        return loads(self.body)


@dataclass
class Receiver:
    """`status` and `says`: what it answers. `silent`: it never does, until the test is over."""

    port: int
    received: list[Received] = field(default_factory=list)
    status: int = 204
    says: str = ""
    redirects_to: str = ""
    silent: bool = False
    over: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/stackroom?token=abc"

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Of all messages, in the order in which they came."""
        return [entry for one in self.received for entry in one.json["data"]["entries"]]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def log_message(self, *_: Any) -> None:
        """A test's own output is enough."""

    def do_POST(self) -> None:
        here = self.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        here.received.append(Received(self.headers, body))
        if here.silent:
            here.over.wait(30)
            return
        self.send_response(302 if here.redirects_to else here.status)
        if here.redirects_to:
            self.send_header("Location", here.redirects_to)
        said = b"" if here.status == 204 else here.says.encode()
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver(port=0)

    class Handler(_Handler):
        receiver = made

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
