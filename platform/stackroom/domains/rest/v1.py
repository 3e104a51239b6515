"""v1 of the organisation's own domains."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core.limits import attempts
from stackroom.core.organisation import present
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.domains import permissions as may
from stackroom.domains import service
from stackroom.domains.schemas import DomainChange, DomainIn, DomainOut, DomainsPage
from stackroom.domains.terms import shown, terms

api = APIBlueprint("domains_v1", __name__, url_prefix="/api/v1", tag="Domains")


@api.get("/domains")
@requires(may.DOMAINS_READ)
@api.input(PageQuery, location="query")
@api.output(DomainsPage)
def list_domains(query_data: PageQuery) -> DomainsPage:
    canonical = present().host
    page = service.domains(query_data).map(lambda found: shown(found, canonical))
    g.links = page.links()
    return DomainsPage.model_validate(page)


@api.post("/domains")
@requires(may.DOMAINS_WRITE, step_up=True)
@api.input(DomainIn)
@api.output(DomainOut, 201)
@api.doc(summary="Add a domain")
def create_domain(json_data: DomainIn) -> DomainOut:
    """Say that a domain is the organisation's. It is served once `record` stands in DNS and a
    check has found it there."""
    claimed = service.claim(json_data.host, terms())
    return shown(claimed, present().host)


@api.post("/domains/<uuid:domain_id>/checks")
@requires(may.DOMAINS_WRITE, writes=False)
@attempts(30, timedelta(minutes=1))
@api.output(DomainOut)
@api.doc(summary="Check a domain now")
def check_domain(domain_id: UUID) -> DomainOut:
    """Look for the record in DNS. `status` says what came of it, `finding` what was there."""
    service.check(domain_id, terms())
    return _domain(domain_id)


@api.patch("/domains/<uuid:domain_id>")
@requires(may.DOMAINS_WRITE, step_up=True)
@api.input(DomainChange)
@api.output(DomainOut)
@api.doc(summary="Choose the organisation's address")
def change_domain(domain_id: UUID, json_data: DomainChange) -> DomainOut:
    if json_data.canonical:
        service.make_canonical(domain_id, terms())
    elif service.domain(domain_id).host == present().host:
        service.use_subdomain(terms())
    return _domain(domain_id)


@api.delete("/domains/<uuid:domain_id>")
@requires(may.DOMAINS_WRITE, step_up=True)
@api.output({}, 204)
def delete_domain(domain_id: UUID) -> Any:
    """It is served no more at once, and others may prove it."""
    service.remove(domain_id, terms())
    return ""


def _domain(domain_id: UUID) -> DomainOut:
    return shown(service.domain(domain_id), present().host)
