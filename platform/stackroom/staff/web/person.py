"""One person: what they may and why, their roles, their account."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.errors import EditedMeanwhile
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff import own_account, service
from stackroom.staff import permissions as may
from stackroom.staff.models import Account
from stackroom.staff.roles import assigning, explaining, holding
from stackroom.staff.roles.areas import areas
from stackroom.staff.roles.granting import refuse_beyond
from stackroom.staff.roles.schemas import Question
from stackroom.staff.schemas import PersonEdit, RolesEdit, StaffOut
from stackroom.staff.web import role_rows
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/staff/<uuid:account_id>")
@requires(may.STAFF_READ)
def person(account_id: UUID) -> str:
    account = service.person(account_id)
    page = _page(account)
    if request.args:
        names = Question.model_fields
        question = Form(Question, {name: request.args.get(name, "") for name in names})
        question.prefix = "question"
        page["question"] = question
        with question.or_again("staff/person.html", **page) as asked:
            wanted = explaining.permission(asked.permission)
            page["explanation"] = explaining.explain(account, wanted, asked.library_id)
    return render_template("staff/person.html", **page)


@web.post("/staff/<uuid:account_id>")
@requires(may.STAFF_WRITE, step_up=True)
def change_person(account_id: UUID) -> Response:
    account, form = service.person(account_id), submitted(PersonEdit)
    with form.or_again("staff/person.html", **_page(account) | {"name_form": form}) as given:
        service.change(account, name=given.name)
    flash("The name is saved.", "success")
    return _back(account_id)


@web.post("/staff/<uuid:account_id>/roles")
@requires(may.STAFF_WRITE, step_up=True)
def change_roles(account_id: UUID) -> Response:
    account = service.person(account_id)
    form = _roles_form(role_rows.sent(), request.form.get("revision", ""))
    with form.or_again("staff/person.html", **_page(account) | {"roles_form": form}) as given:
        if given.revision != account.revision:
            raise EditedMeanwhile
        service.change(account, grants=role_rows.wanted(given.roles, account))
    flash(f"The roles of {account.name} are saved. They count from the next click.", "success")
    return _back(account_id)


@web.post("/staff/<uuid:account_id>/roles/preview")
@requires(may.STAFF_WRITE, writes=False)
def preview_roles(account_id: UUID) -> str:
    """The page with these roles in its form and what they would change. Saves nothing."""
    account = service.person(account_id)
    form = _roles_form(role_rows.sent(), request.form.get("revision", ""))
    page = _page(account) | {"roles_form": form}
    with form.or_again("staff/person.html", **page) as given:
        wanted = role_rows.wanted(given.roles, account)
        page["difference"] = explaining.simulate(account, wanted)
        refuse_beyond(wanted)
    return render_template("staff/person.html", **page)


@web.post("/staff/<uuid:account_id>/close")
@requires(may.STAFF_WRITE, step_up=True)
def close_person(account_id: UUID) -> Response:
    account = service.person(account_id)
    service.change(account, active=False)
    flash(f"The account of {account.name} is closed; every device is signed out.", "success")
    return _back(account_id)


@web.post("/staff/<uuid:account_id>/reopen")
@requires(may.STAFF_WRITE, step_up=True)
def reopen_person(account_id: UUID) -> Response:
    account = service.person(account_id)
    service.change(account, active=True)
    flash(f"The account of {account.name} is open again.", "success")
    return _back(account_id)


def _back(account_id: UUID) -> Response:
    return redirect(url_for(".person", account_id=account_id), 303)


def _roles_form(rows: list[role_rows.Row], revision: int | str) -> Form[RolesEdit]:
    form = Form(RolesEdit, {"roles": rows, "revision": revision})
    form.prefix = "roles"
    return form


def _page(account: Account) -> dict[str, Any]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    choices = role_rows.choices()
    return {
        "shown": StaffOut.model_validate(account),
        "beyond": assigning.above(account),
        "held": holding.words().held(account),
        "effective": explaining.effective(account),
        "devices": own_account.sessions(account.id, PageQuery()).total,
        "last_sign_in": own_account.last_sign_in(account.id),
        "name_form": Form(PersonEdit, {"name": account.name}),
        "roles_form": _roles_form(role_rows.shown(account), account.revision),
        "question": Form(Question),
        "choices": choices,
        "sentences": [(one.key, one.sentence) for area in areas() for one in area.lines],
        "places": [(place.value, place.label) for place in choices.libraries],
    }
