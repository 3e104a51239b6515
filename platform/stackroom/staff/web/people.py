"""Staff: who works here, and somebody new."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff import service
from stackroom.staff.authentication import hasher
from stackroom.staff.roles import holding
from stackroom.staff.schemas import NewPerson
from stackroom.staff.web import role_rows
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/staff")
@requires(may.STAFF_READ)
def people() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    return render_template("staff/people.html", page=service.staff(query), words=holding.words())


@web.get("/staff/new")
@requires(may.STAFF_WRITE, step_up=True)
def new_person() -> str:
    return render_template("staff/new_person.html", form=Form(NewPerson), **_page())


@web.post("/staff/new")
@requires(may.STAFF_WRITE, step_up=True)
def add_person() -> Response:
    form = submitted(NewPerson)
    form.data["roles"] = role_rows.sent()
    with form.or_again("staff/new_person.html", **_page()) as given:
        grants = role_rows.wanted(given.roles)
        chosen = given.model_dump(exclude={"roles"})
        account = service.add(**chosen, grants=grants, hasher=hasher())
    held = ", ".join(map(str, holding.words().held(account)))
    flash(f"{account.name} can sign in now, as {held}.", "success")
    return redirect(url_for(".people"), 303)


def _page() -> dict[str, Any]:
    return {"choices": role_rows.choices()}
