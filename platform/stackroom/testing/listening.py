"""A real Socket.IO client over a real websocket, against whatever address serves an app."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread
from typing import Any

from socketio import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from stackroom.core.http import Stackroom
from stackroom.testing.house import House

PATIENCE = 20.0  # seconds


class Listener:
    """Signed in by what `headers` hold. `news` are in the order in which they came."""

    def __init__(self, port: int, host: str, headers: dict[str, str], origin: str = "") -> None:
        name = f"{host}:{port}"
        options = {"host": name, "origin": origin or f"http://{name}"}
        self.client = Client(reconnection=False, websocket_extra_options=options)
        self.news: Queue[dict[str, Any]] = Queue()
        self.cut_off = Event()
        self.client.on("news", self.news.put)
        self.client.on("disconnect", lambda _reason: self.cut_off.set())
        self.client.connect(f"http://127.0.0.1:{port}", headers, transports=["websocket"])

    def join(self, channel: object, record_id: object) -> Any:
        return self.ask({"channel": channel, "id": str(record_id)})

    def ask(self, message: object) -> Any:
        return self.client.call("join", message, timeout=PATIENCE)

    def hear(self) -> dict[str, Any]:
        return self.news.get(timeout=PATIENCE)

    @property
    def sid(self) -> str:
        return str(self.client.get_sid())

    def leave(self) -> None:
        """At once: a polite goodbye over a websocket waits three seconds for the answer."""
        self.client.eio.ws.abort()
        self.client.eio.wait()


class Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None: ...


@contextmanager
def serving(app: Stackroom) -> Iterator[int]:
    """The app of this process on a port of its own, a thread for each connection."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Listen = Callable[..., Listener]


@contextmanager
def listeners(port: int, usual: str) -> Iterator[Listen]:
    """`listen(house, role)`: somebody of that house with an open socket; `usual` is who it is
    unless said. All of them leave at the end."""
    made: list[Listener] = []

    def listen(house: House, role: str = usual) -> Listener:
        token = house.api(role).token
        made.append(Listener(port, house.tenant.host, {"Authorization": f"Bearer {token}"}))
        return made[-1]

    yield listen
    for listener in made:
        listener.leave()
