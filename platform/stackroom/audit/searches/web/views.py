"""Saved searches as pages."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.audit.searches import queries, service
from stackroom.audit.searches.permissions import SEARCHES_OWN
from stackroom.audit.searches.schemas import Asks, SearchForm
from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.web.forms import Form, submitted

web = Blueprint(
    "audit_searches", __name__, url_prefix="/audit/searches", template_folder="templates"
)


@web.get("")
@requires(SEARCHES_OWN)
def index() -> str:
    page = queries.searches(principal(), PageQuery.model_validate(request.args.to_dict()))
    return render_template("searches/index.html", page=page)


@web.get("/new")
@requires(SEARCHES_OWN)
def new() -> str:
    """The filters stand in the address, as on the page they come from."""
    asks = Asks.model_validate(request.args.to_dict())
    return render_template("searches/new.html", form=Form(SearchForm), asked=asks.asked())


@web.post("/new")
@requires(SEARCHES_OWN)
def save() -> Response:
    asks = Asks.model_validate(request.args.to_dict())
    form = submitted(SearchForm)
    with form.or_again("searches/new.html", asked=asks.asked()) as given:
        made = service.save(principal(), name=given.name, asks=asks, shared=given.shared)
    flash(f"“{made.name}” is saved.", "success")
    return redirect(url_for(".index"), 303)


@web.get("/<uuid:audit_search_id>")
@requires(SEARCHES_OWN)
def edit(audit_search_id: UUID) -> str:
    found = queries.own_search(audit_search_id, principal())
    form = Form(SearchForm, {"name": found.name, "shared": found.shared})
    return render_template("searches/edit.html", form=form, name=found.name, asked=found.asks)


@web.post("/<uuid:audit_search_id>")
@requires(SEARCHES_OWN)
def change(audit_search_id: UUID) -> Response:
    found = queries.own_search(audit_search_id, principal())
    form = submitted(SearchForm)
    with form.or_again("searches/edit.html", name=found.name, asked=dict(found.asks)) as given:
        service.change(audit_search_id, principal(), name=given.name, shared=given.shared)
    flash(f"“{given.name}” is changed.", "success")
    return redirect(url_for(".index"), 303)


@web.post("/<uuid:audit_search_id>/delete")
@requires(SEARCHES_OWN)
def delete(audit_search_id: UUID) -> Response:
    service.delete(audit_search_id, principal())
    flash("The search is deleted.", "success")
    return redirect(url_for(".index"), 303)
