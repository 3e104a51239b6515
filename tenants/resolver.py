"""From a request's host to an organisation. Fails closed: an unknown host serves nobody."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tenants import context
from tenants.context import Tenant
from tenants.domains import SERVED, CustomDomain
from tenants.errors import OrganisationUnavailable, UnknownOrganisation
from tenants.lifecycle import SERVING, Status
from tenants.models import Organisation

REMEMBER_SECONDS = 2.0
REMEMBER_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Remembered:
    tenant: Tenant
    until: float


class Resolver:
    """Resolves `<slug>.<base domain>` and proved domains; the bare base domain is the platform.

    Answers are remembered for two seconds, so a suspension or a released domain holds everywhere
    within that time without a query on each request. Unknown hosts are not remembered: a flood of
    invented names must not push out the real ones.
    """

    def __init__(self, base_domain: str) -> None:
        self.base_domain = base_domain.lower()
        self._remembered: dict[str, Remembered] = {}
        self._lock = Lock()

    def is_platform(self, host: str) -> bool:
        return bare(host) == self.base_domain

    def resolve(self, open_session: Callable[[], Session], host: str) -> Tenant:
        """Opens a session only for a host that is not remembered.

        Raises UnknownOrganisation, or OrganisationUnavailable before e-mail is verified.
        """
        name = bare(host)
        remembered = self._remembered.get(name)
        if remembered and remembered.until > time.monotonic():
            return remembered.tenant
        tenant = self._look_up(open_session(), name)
        if tenant.status is Status.CLOSING:
            return tenant  # asked afresh each time: once its purge begins, nobody is served
        with self._lock:
            if len(self._remembered) >= REMEMBER_AT_MOST:
                self._remembered.clear()
            self._remembered[name] = Remembered(tenant, time.monotonic() + REMEMBER_SECONDS)
        return tenant

    def forget(self, host: str) -> None:
        """Called where this process itself changed the organisation; for its canonical host, all
        its hosts are forgotten."""
        name = bare(host)
        with self._lock:
            for known, remembered in list(self._remembered.items()):
                if name in (known, remembered.tenant.host):
                    del self._remembered[known]

    def _look_up(self, session: Session, name: str) -> Tenant:
        with context.unscoped("find the organisation of a host"):
            organisation = session.scalar(self._organisation_at(name))
        if organisation is None:
            raise UnknownOrganisation(name)
        if organisation.status not in SERVING:
            raise OrganisationUnavailable(name)
        return organisation.as_tenant()

    def _organisation_at(self, name: str) -> sa.Select[Organisation]:
        label, _, domain = name.partition(".")
        if domain == self.base_domain:
            return sa.select(Organisation).where(Organisation.slug == label)
        return (
            sa.select(Organisation)
            .join(CustomDomain, CustomDomain.organisation_id == Organisation.id)
            .where(CustomDomain.host == name, CustomDomain.status.in_(SERVED))
        )


def bare(host: str) -> str:
    """The host without its port, in lower case, without the root dot."""
    return host.rsplit(":", 1)[0].rstrip(".").lower() if not host.endswith("]") else host.lower()
