"""Which organisation this request or job works for. Set at the edge, read everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from tenants.errors import NoTenant
from tenants.lifecycle import Status


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation as the rest of the process sees it; `id` never leaves the process."""

    id: int
    uuid: UUID
    slug: str
    name: str
    host: str
    status: Status
    plan: str
    region: str
    library_type: str
    timezone: str


_tenant: ContextVar[Tenant | None] = ContextVar("tenant", default=None)
_unscoped: ContextVar[str | None] = ContextVar("unscoped", default=None)
_writing_though: ContextVar[str | None] = ContextVar("writing_though", default=None)


def current() -> Tenant:
    tenant = _tenant.get()
    if tenant is None:
        raise NoTenant("no organisation is open; use acting_for(tenant) or unscoped(reason)")
    return tenant


def current_or_none() -> Tenant | None:
    return _tenant.get()


def is_unscoped() -> bool:
    return _unscoped.get() is not None


@contextmanager
def acting_for(tenant: Tenant | None) -> Iterator[Tenant | None]:
    """Open an organisation, or none; restores what was open before, also after an error."""
    token = _tenant.set(tenant)
    try:
        yield tenant
    finally:
        _tenant.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Read SHARED tables with no organisation open. Scoped tables look empty: to the ORM on both
    databases, and to PostgreSQL's policies."""
    if not reason:
        raise ValueError("say why no organisation is open")
    token = _unscoped.set(reason)
    try:
        yield
    finally:
        _unscoped.reset(token)


@contextmanager
def writing_though_read_only(reason: str) -> Iterator[None]:
    """Write rows of an organisation that is suspended, closing or purged: signing in and out, and
    the acts of its life. Anything else is refused by the wall."""
    if not reason:
        raise ValueError("say why a read-only organisation is written to")
    token = _writing_though.set(reason)
    try:
        yield
    finally:
        _writing_though.reset(token)


def enter(tenant: Tenant | None) -> None:
    """Open without restoring; only for the request edge, whose context ends with the request."""
    _tenant.set(tenant)
