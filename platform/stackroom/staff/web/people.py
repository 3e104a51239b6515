"""Staff: who works here, and with which roles."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff import service
from stackroom.staff.authentication import hasher
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.schemas import NewPerson, StaffEdit, StaffOut
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted


def _roles() -> list[tuple[str, str]]:
    return [(role.key, f"{role.title}: {role.sentence}") for role in staff_roles()]


@web.get("/staff")
@requires(may.STAFF_READ)
def people() -> str:
    query = PageQuery.model_validate(request.args.to_dict())
    return render_template("staff/people.html", page=service.staff(query))


@web.get("/staff/new")
@requires(may.STAFF_WRITE)
def new_person() -> str:
    return render_template("staff/new_person.html", form=Form(NewPerson), roles=_roles())


@web.post("/staff/new")
@requires(may.STAFF_WRITE)
def add_person() -> Response:
    form = submitted(NewPerson)
    with form.or_again("staff/new_person.html", roles=_roles()) as given:
        account = service.add(**given.model_dump(exclude={"grants"}), hasher=hasher())
    flash(f"{account.name} can sign in now, as {', '.join(account.roles)}.", "success")
    return redirect(url_for(".people"), 303)


@web.get("/staff/<uuid:account_id>")
@requires(may.STAFF_WRITE)
def edit_person(account_id: UUID) -> str:
    person = StaffOut.model_validate(service.person(account_id))
    form = Form(StaffEdit, person.model_dump())
    return render_template("staff/edit_person.html", form=form, shown=person, roles=_roles())


@web.post("/staff/<uuid:account_id>")
@requires(may.STAFF_WRITE)
def change_person(account_id: UUID) -> Response:
    account = service.person(account_id)
    shown = StaffOut.model_validate(account)
    form = submitted(StaffEdit)
    with form.or_again("staff/edit_person.html", shown=shown, roles=_roles()) as given:
        service.change(account, **given.model_dump())
    flash(f"The account of {account.name} is saved.", "success")
    return redirect(url_for(".people"), 303)
