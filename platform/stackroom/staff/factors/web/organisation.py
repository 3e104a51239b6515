"""Which roles need a second factor, and a colleague's lost ones."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.factors import queries
from stackroom.staff.factors.permissions import SECURITY_READ, SECURITY_WRITE
from stackroom.staff.factors.schemas import SecurityIn
from stackroom.staff.factors.service import requirements
from stackroom.staff.factors.web.blueprint import web
from stackroom.staff.roles.service import roles
from stackroom.web.forms import Form, submitted


@web.get("/organisation/security")
@requires(SECURITY_READ)
def organisation() -> str:
    form = Form(SecurityIn, {"roles": requirements.required()})
    return render_template("factors/organisation.html", form=form, **_page())


@web.post("/organisation/security")
@requires(SECURITY_WRITE, step_up=True)
def change_organisation() -> Response:
    form = submitted(SecurityIn)
    with form.or_again("factors/organisation.html", **_page()) as given:
        requirements.require(given.roles)
    flash("It is saved, and counts from everybody's next page on.", "success")
    return redirect(url_for(".organisation"), 303)


@web.post("/organisation/security/<uuid:account_id>/remove")
@requires(SECURITY_WRITE, step_up=True)
def take_away(account_id: UUID) -> Response:
    account = requirements.somebody(account_id)
    requirements.take_away(account)
    flash(f"The second factors of {account.name} are removed.", "success")
    return redirect(url_for(".organisation"), 303)


def _page() -> dict[str, object]:
    page = queries.holders(PageQuery.model_validate(request.args.to_dict()))
    options = [(role.key, f"{role.title}: {role.sentence}") for role in roles()]
    return {"page": page, "options": options, "required": requirements.required()}
