"""The edge: who asks, which organisation answers, one transaction, in that order."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import replace
from functools import partial, update_wrapper
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote
from uuid import UUID

from apiflask import APIFlask
from flask import Request, Response, current_app, g, redirect, request
from flask.globals import request_ctx
from uuid_utils.compat import uuid7
from werkzeug.exceptions import SecurityError
from werkzeug.wsgi import get_host

from config import Settings
from stackroom.core import actor, idempotency, limits, permissions, read_only
from stackroom.core.actor import ANONYMOUS, Channel, Provenance
from stackroom.core.bodies import Json
from stackroom.core.database import db, retried_once, transaction
from stackroom.core.errors import NotFound
from stackroom.core.permissions import Access, Host, Principal
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.resolver import Resolver, bare

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PATH = "/:@!$&'()*+,;=~"
QUERY = PATH + "?%"
"""What stands there unquoted (RFC 3986 §3.3, §3.4). Werkzeug has unquoted the path alone."""


class UndeclaredRoute(Exception):
    """A route says neither which permission it needs nor why it is public."""


class Stackroom(APIFlask):
    """Flask with one organisation and one transaction around each view.

    `app.py` hands in what higher features know: how to authenticate, whether a flag is on, how to
    guard against forged forms, and how many calls the plan allows.
    """

    json_provider_class = Json
    settings: Settings
    resolver: Resolver
    authenticate: Callable[[Request], Principal | None]
    authenticate_operator: Callable[[Request], Principal | None]
    leaves_a_trace: Callable[[Request], bool]
    """Whether even reading is to be written down, as it is where an operator reads."""
    heed_guest: Callable[[Request, Access], None]
    """Holds an operator in an organisation to its consent, and writes down what they do."""
    note_fault: Callable[[Exception], None]
    error_shapes: dict[str, Callable[[Mapping[str, Any]], Response]]
    """How refusals look below an address, where a standard says it; else they are problems."""
    doors: dict[Host, str]
    """The endpoint at which one signs in, by kind of host."""
    flag_is_on: Callable[[str], bool]
    refuse_forgery: Callable[[Request], None]
    calls_allowed: Callable[[], limits.CallsAllowed]

    def wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # A context of its own: nothing set for one request can be seen by the next.
        return copy_context().run(super().wsgi_app, environ, start_response)

    def preprocess_request(self) -> Any:
        self.begin_request()
        if address := self._canonical_address():
            return redirect(address, 308)
        return super().preprocess_request()

    def begin_request(self) -> None:
        """Nobody is known yet; the organisation of the host is open. Raises UnknownOrganisation or
        OrganisationUnavailable."""
        g.began = perf_counter()
        g.request_id = _request_id(request)
        actor.enter(
            Provenance(
                ANONYMOUS,
                Channel.API if is_api(request) else Channel.WEB,
                request_id=g.request_id,
                ip=request.remote_addr or "",
                user_agent=request.headers.get("User-Agent", "")[:300],
            )
        )
        retried_once(self._open_organisation)
        if self.config["RATE_LIMITS"] and not is_probe(request):
            limits.admit_address(self.view_functions.get(request.endpoint or ""))

    def _open_organisation(self) -> None:
        """TRUSTED_HOSTS names the platform's own hosts. Any other, whatever is asked of it, is
        known to the resolver or answers as no organisation does: a probe, too."""
        host = get_host(request.environ)  # well-formed, or empty
        ours = not isinstance(request.routing_exception, SecurityError)
        g.here = self._kind_of(host) if ours else Host.ORGANISATION
        if g.here is not Host.ORGANISATION:
            return
        with reads_only():
            try:
                context.enter(self.resolver.resolve(db.session, host))
            finally:
                db.session.remove()  # row-level security reads the tenant when a transaction begins
        if not ours:
            self._trust(host)

    def _trust(self, host: str) -> None:
        """Flask refused this host before there was a database to ask; it is trusted for this one
        request, because the resolver knows it now, and only now is an address matched."""
        request.trusted_hosts, request.routing_exception = [bare(host)], None
        request_ctx.url_adapter = self.url_map.bind_to_environ(request.environ, subdomain="")
        request_ctx.match_request()

    def _canonical_address(self) -> str:
        """Where a page of an organisation's other host is; empty where the request is right.

        The API answers on every host: clients drop the token when a redirect leaves the host."""
        tenant = context.current_or_none()
        if tenant is None or request.method not in ("GET", "HEAD"):
            return ""
        if bare(request.host) == tenant.host or is_api(request) or is_probe(request):
            return ""
        query = quote(request.query_string, safe=QUERY)
        path = quote(request.path, safe=PATH)
        return f"{self.settings.origin(tenant.host)}{path}{'?' if query else ''}{query}"

    def _kind_of(self, host: str) -> Host:
        if bare(host) == self.settings.console:
            return Host.CONSOLE
        if self.resolver.is_platform(host) or is_probe(request):
            return Host.PLATFORM
        return Host.ORGANISATION

    def dispatch_request(self) -> Any:
        rule = request.url_rule
        if request.routing_exception is not None or rule is None:
            return super().dispatch_request()  # raises the 404, 405 or redirect
        access = permissions.access_of(self.view_functions[rule.endpoint])
        if access is None:
            raise UndeclaredRoute(rule.endpoint)
        _refuse_other_host(access)
        if not access.asks_who or request.method == "OPTIONS":
            return super().dispatch_request()  # a browser asks for CORS before it signs in
        writes = self._writes(access)
        with _shared_tables(), _allowing(access), reads_only(not writes):
            if writes or request.method not in SAFE:
                return self._answer(access)
            return retried_once(partial(self._answer, access))  # nothing has been sent yet

    def _answer(self, access: Access) -> Any:
        with transaction():
            self._admit(access)
            if caller := _idempotent_caller(access):
                return idempotency.once(caller, super().dispatch_request)
            return super().dispatch_request()

    def _writes(self, access: Access) -> bool:
        if access.writes is not None:
            return access.writes
        return request.method not in SAFE or self.leaves_a_trace(request)

    def _admit(self, access: Access) -> None:
        tenant = context.current_or_none()
        principal = g.principal = self._who_asks()
        permissions.enter(principal)
        if principal:
            actor.enter(
                replace(
                    actor.provenance(),
                    actor=principal.actor,
                    channel=Channel(principal.channel),
                    on_behalf_of=principal.let_in_by,
                    roles=principal.roles,
                    by_right=access.permission.key if access.permission else "",
                )
            )
            if self.config["RATE_LIMITS"] and tenant:
                limits.admit_caller(principal, self.calls_allowed())
        if principal and principal.let_in_by:
            self.heed_guest(request, access)
        if access.flag and not self.flag_is_on(access.flag):
            raise NotFound
        if not self.is_open_to_all(access):
            if access.public_flag and principal is None:
                raise NotFound
            permissions.check(access, principal)
        if request.method not in SAFE:
            self.refuse_forgery(request)  # reads the form: not before we know that it may come
        if tenant and tenant.is_read_only and not access.open_when_suspended:
            _refuse_change(tenant)
        permissions.check_proof(access, principal)

    def _who_asks(self) -> Principal | None:
        if g.here is Host.CONSOLE:
            return self.authenticate_operator(request)
        return self.authenticate(request) if context.current_or_none() else None

    def is_open_to_all(self, access: Access) -> bool:
        return access.public_flag is not None and self.flag_is_on(access.public_flag)

    def publish(self, endpoint: str, why: str) -> None:
        """Declare a view that a library brought; a bound method takes no attributes of ours."""
        view = self.view_functions[endpoint]
        declare = permissions.public(why, host=Host.EVERY, asks_who=False)
        named: Any = update_wrapper(partial(view), view)
        self.view_functions[endpoint] = declare(named)

    def refuse_undeclared_routes(self) -> None:
        """Raises UndeclaredRoute; called once the app is assembled, so it fails at start-up."""
        for endpoint, view in self.view_functions.items():
            if permissions.access_of(view) is None:
                raise UndeclaredRoute(f"{endpoint} needs @requires(…) or @public(…)")


def _refuse_other_host(access: Access) -> None:
    if not access.host.covers(g.here):
        raise NotFound("This address answers on another host.")


def _shared_tables() -> AbstractContextManager[None]:
    """The console reads what is shared; nothing of an organisation is open there."""
    on_console = g.here is Host.CONSOLE
    return context.unscoped("the operators' console") if on_console else nullcontext()


def _refuse_change(tenant: Tenant) -> None:
    if request.method not in SAFE:
        raise read_only.refusal(tenant)


def _allowing(access: Access) -> AbstractContextManager[None]:
    if access.open_when_suspended:
        return context.writing_though_read_only("the route is open when suspended")
    return nullcontext()


def _idempotent_caller(access: Access) -> UUID | None:
    asked = is_api(request) and idempotency.HEADER in request.headers
    if not asked or g.principal is None or not takes_key(request.method, access):
        return None
    caller: UUID = g.principal.id
    return caller


def takes_key(method: str, access: Access) -> bool:
    """Routes without a permission hand out tokens, which are not to be kept; one that opens its
    own transaction says that it writes nothing in ours."""
    guarded = access.permission is not None and not access.shows_secret
    return method == "POST" and guarded and access.writes is not False


def _request_id(incoming: Request) -> str:
    given = incoming.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else str(uuid7())


def is_api(incoming: Request) -> bool:
    return incoming.path.startswith("/api/")


def is_probe(incoming: Request) -> bool:
    """Probes come from the machine's own address, not from an organisation's host."""
    return incoming.path in ("/healthz", "/readyz", "/metrics")


def app() -> Stackroom:
    """That serves the present request, job or command."""
    return cast("Stackroom", current_app)


def principal() -> Principal:
    """Who is signed in; only in a view that requires a permission."""
    found: Principal = g.principal
    return found


def principal_or_none() -> Principal | None:
    found: Principal | None = g.get("principal")
    return found
