"""What the adapters need of the running app: the service's terms, and how a domain is shown."""

from datetime import timedelta

from stackroom.core.http import app
from stackroom.domains.schemas import DomainOut, RecordOut
from stackroom.domains.service import Terms
from stackroom.domains.txt_records import Dns
from tenants.domains import CustomDomain


def terms() -> Terms:
    settings = app().settings
    return Terms(
        base_domain=settings.base_domain,
        records=Dns(settings.dns_servers, settings.dns_port, settings.dns_timeout),
        grace=timedelta(days=settings.domain_grace_days),
        forget=app().resolver.forget,
    )


def url_of(host: str) -> str:
    return app().settings.origin(host)


def shown(domain: CustomDomain, canonical: str) -> DomainOut:
    """A domain as API and page show it; `canonical` is the organisation's present host."""
    return DomainOut(
        id=domain.id,
        host=domain.host,
        url=url_of(domain.host),
        status=domain.status,
        canonical=domain.host == canonical,
        record=RecordOut(name=domain.record_name, value=domain.record_value),
        finding=domain.finding,
        claimed_at=domain.claimed_at,
        verified_at=domain.verified_at,
        checked_at=domain.checked_at,
        failing_since=domain.failing_since,
    )
