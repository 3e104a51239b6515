"""The websocket itself. It is asked for by a route, so the whole edge stands before it; after that
each message counts as a request of its own: the host, the organisation and the person are looked
up anew, in a context of their own."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO, join_room
from pydantic import ValidationError
from socketio import Server

from config import Settings
from stackroom.core.database import transaction
from stackroom.core.errors import AuthenticationRequired, NotFound, Problem
from stackroom.core.features import registry
from stackroom.core.http import Stackroom, app
from stackroom.core.permissions import Principal, public
from stackroom.core.schemas import In
from stackroom.observability.metrics import SOCKETS
from stackroom.realtime.managers import LOOK_AGAIN, Everywhere, Here
from stackroom.realtime.rooms import Room
from stackroom.web.security import refuse_other_origin
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.errors import OrganisationUnavailable, UnknownOrganisation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.wrappers import Response as BaseResponse

T = TypeVar("T")
log = structlog.get_logger()
PATH = "/socket.io/"
LIBRARY_LOG = logging.getLogger("socketio")
"""Handed over, or the library would add a handler of its own form."""
LONGEST_MESSAGE = 4096  # bytes; a client has nothing to say but which record it watches
NOT_FOUND = {"error": "not found"}
"""The one answer to a record of another organisation, to none at all, to an unknown channel and to
one that this person may not hear."""
TURNED_AWAY = (Problem, UnknownOrganisation, OrganisationUnavailable)

web = Blueprint("realtime", __name__)


class Join(In):
    channel: str
    id: UUID


def install(app: Stackroom, settings: Settings) -> None:
    """Without Redis, news and withdrawals reach the sockets of this process alone."""
    look = partial(_look, app)
    manager = Everywhere(settings.redis_url, look) if settings.redis_url else Here(look)
    edge = app.wsgi_app
    server = SocketIO(
        app, path=PATH, transports=["websocket"], max_http_buffer_size=LONGEST_MESSAGE,
        async_mode="threading",  # under gevent, threads are greenlets
        async_handlers=False,  # one client's messages are answered one after another
        cors_allowed_origins=[],  # X-Forwarded-Host would count there; ours refuses before
        logger=LIBRARY_LOG, engineio_logger=LIBRARY_LOG,
        client_manager=manager,
    )  # fmt: skip
    app.wsgi_app = edge  # type: ignore[method-assign] # not around the edge: behind it, as a route
    server.on_event("connect", _connect)
    server.on_event("join", _join)
    app.register_blueprint(web)


def tell(app: Flask, room: Room, data: Mapping[str, Any]) -> None:
    news = {"channel": room.channel, "id": str(room.record_id), "data": dict(data)}
    _server(app).emit("news", news, to=str(room))


@web.get(PATH, websocket=True)
@public("who holds the socket is asked here, and again with each message", asks_who=False)
def open_socket() -> "BaseResponse":
    """A socket lives in this request, which therefore may hold no transaction."""
    if not request.environ["wsgi.multithread"]:
        raise NotFound("This server keeps no sockets open; use gevent workers.")
    refuse_other_origin()  # here and nowhere else: browsers send cookies whatever page asks
    with _holder():
        pass
    environ = {**request.environ, "flask.app": _itself()}
    try:
        with SOCKETS.track_inprogress():
            return Response.from_app(_server(current_app).server.handle_request, environ)
    except (StopIteration, ConnectionError) as end:
        return Ended(end)


class Ended(Response):
    """gunicorn and Werkzeug are each told by an exception that the connection was taken over."""

    def __init__(self, end: Exception) -> None:
        super().__init__(status=101)
        self.end = end

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        raise self.end


def _connect(_credentials: object = None) -> None:
    """Also said by one that was cut off and stayed on the line."""
    try:
        holder = _apart(_name)
    except TURNED_AWAY:
        raise Refused("not signed in") from None
    for room in holder:
        join_room(room)
    _server(current_app).start_background_task(_watch, _itself(), _sid())


def _name(holder: Principal) -> tuple[str, str]:
    tenant = context.current()
    return holders(tenant), holders(tenant, str(holder.id))


def holders(tenant: Tenant, holder: str = "") -> str:
    """The room of all sockets of one person, or of everybody of an organisation: nothing is told
    there, it is for finding them."""
    return f"holders/{tenant.uuid}/{holder}"


def _join(message: object = None) -> dict[str, str]:
    try:
        room = _apart(_admit, message)
    except (*TURNED_AWAY, ValidationError, LookupError):
        return NOT_FOUND
    join_room(str(room))
    return {"joined": room.channel}


def _admit(holder: Principal, message: object) -> Room:
    """Raises NotFound, LookupError or ValidationError."""
    wanted = Join.model_validate(message)
    channel = registry.channel(wanted.channel)
    if not holder.may(channel.permission) or not channel.exists(wanted.id):
        raise NotFound
    return Room(wanted.channel, wanted.id)


def _watch(app: Stackroom, sid: str) -> None:
    """A socket lives no longer than what let it in."""
    server = _server(app)
    while server.server.get_environ(sid) is not None:
        server.sleep(app.settings.socket_check_seconds)
        recheck(app, sid)


def look_again(app: Flask, room: str) -> None:
    """Something was withdrawn from those who hold the sockets of this room."""
    _server(app).emit(LOOK_AGAIN, to=room)


def _look(app: Stackroom, room: str) -> None:
    """Of this process. Apart, for whoever withdraws does not wait for that."""
    server = _server(app)
    if sids := [sid for sid, _ in server.server.manager.get_participants("/", room)]:
        server.start_background_task(_recheck_all, app, sids)


def _recheck_all(app: Stackroom, sids: list[str]) -> None:
    for sid in sids:
        recheck(app, sid)


def recheck(app: Stackroom, sid: str) -> None:
    """Close the socket if its person has signed out, or may no longer hear what it listens to, or
    if the organisation is not open."""
    server = _server(app).server
    if (environ := server.get_environ(sid)) is None:
        return
    with app.request_context(environ):
        stays = _stays(server.rooms(sid))
    if not stays:
        engine_sid = server.manager.eio_sid_from_sid(sid, "/")
        server.disconnect(sid)  # a browser that is told does not try again
        _cut_off(server, engine_sid)  # one that does not listen


def _cut_off(server: Server, engine_sid: str) -> None:
    """Not by the library's `disconnect`, which waits until all is sent: for ever, where a client
    has gone in the same moment."""
    if found := server.eio.sockets.get(engine_sid):
        found.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
        server.eio.sockets.pop(engine_sid, None)


def _stays(rooms: list[str]) -> bool:
    try:
        return _apart(_may_hear, rooms)
    except TURNED_AWAY:
        return False
    except Exception:
        log.exception("socket_check_failed")  # whatever broke: nobody is heard to be entitled
        return False


def close_all(app: Flask) -> None:
    """A stopping server does not wait for sockets; their pages connect to the next one."""
    server = _server(app).server
    for engine_sid in list(server.eio.sockets):
        _cut_off(server, engine_sid)


def _may_hear(holder: Principal, rooms: list[str]) -> bool:
    """A socket is also in a room that is called like itself."""
    heard = [Room.read(name) for name in rooms if name.startswith("t/")]
    return all(room and holder.may(registry.channel(room.channel).permission) for room in heard)


def _apart(work: Callable[..., T], *arguments: object) -> T:
    """Run with whoever holds the socket now. Whatever is opened for it, ends with its context."""

    def run() -> T:
        app().begin_request()
        with _holder() as holder:
            return work(holder, *arguments)

    return copy_context().run(run)


@contextmanager
def _holder() -> Iterator[Principal]:
    """Raises AuthenticationRequired, also where the organisation is suspended or closing."""
    tenant = context.current_or_none()
    if tenant is None or tenant.is_read_only:
        raise AuthenticationRequired("Nothing is live here.")
    with reads_only(), transaction():
        holder = app().authenticate(request)
        if holder is None:
            raise AuthenticationRequired("Sign in, or send a bearer token.")
        yield holder


def _itself() -> Stackroom:
    """Not the proxy: for what outlives this request's context."""
    found: Stackroom = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
    return found


def _server(app: Flask) -> SocketIO:
    found: SocketIO = app.extensions["socketio"]
    return found


def _sid() -> str:
    found: str = request.sid  # type: ignore[attr-defined] # Flask-SocketIO puts it there
    return found
