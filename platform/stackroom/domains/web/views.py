"""The page of the organisation's own domains."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.core.limits import attempts
from stackroom.core.organisation import present
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.domains import permissions as may
from stackroom.domains import service
from stackroom.domains.errors import DomainTaken
from stackroom.domains.schemas import DomainIn
from stackroom.domains.terms import shown, terms, url_of
from stackroom.web.forms import Form, submitted
from tenants.domains import Look

web = Blueprint("domains", __name__, template_folder="templates")


@web.get("/domains")
@requires(may.DOMAINS_READ)
def index() -> str:
    return render_template("domains/index.html", form=Form(DomainIn), **_page())


@web.post("/domains")
@requires(may.DOMAINS_WRITE, step_up=True)
def add() -> Response:
    form = submitted(DomainIn)
    with form.or_again("domains/index.html", **_page()) as given:
        claimed = service.claim(given.host, terms())
    flash(f"{claimed.host} is in the list. Set its record in DNS, then check it.", "success")
    return _back()


@web.post("/domains/<uuid:domain_id>/check")
@requires(may.DOMAINS_WRITE, writes=False)
@attempts(30, timedelta(minutes=1))
def check(domain_id: UUID) -> Response:
    try:
        look = service.check(domain_id, terms())
    except DomainTaken as refusal:
        flash(refusal.detail, "danger")
        return _back()
    checked = service.domain(domain_id)
    if look is Look.PROVED:
        flash(f"{checked.host} is proved.", "success")
    else:
        flash(f"{checked.host} could not be proved: we found {checked.finding}.", "warning")
    return _back()


@web.post("/domains/<uuid:domain_id>/canonical")
@requires(may.DOMAINS_WRITE, step_up=True)
def make_canonical(domain_id: UUID) -> Response:
    service.make_canonical(domain_id, terms())
    return _back()  # from the old address the browser is led on to the new one


@web.post("/domains/subdomain")
@requires(may.DOMAINS_WRITE, step_up=True)
def use_subdomain() -> Response:
    service.use_subdomain(terms())
    return _back()


@web.post("/domains/<uuid:domain_id>/remove")
@requires(may.DOMAINS_WRITE, step_up=True)
def remove(domain_id: UUID) -> Response:
    service.remove(domain_id, terms())
    flash("The domain is removed.", "success")
    return _back()


def _back() -> Response:
    return redirect(url_for(".index"), 303)


def _page() -> dict[str, object]:
    organisation = present()
    every = service.domains(PageQuery(per_page=service.AT_MOST)).items
    subdomain = service.subdomain(terms())
    return {
        "domains": [shown(domain, organisation.host) for domain in every],
        "address": url_of(organisation.host),
        "subdomain": subdomain,
        "on_subdomain": organisation.host == subdomain,
    }
