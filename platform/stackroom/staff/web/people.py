"""Staff: who works here, and with which roles."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff import queries, service
from stackroom.staff.authentication import hasher
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.schemas import NewPerson, StaffEdit, StaffOut, StaffQuery
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted

SORTS = [
    ("name", "Name"),
    ("-name", "Name, from Z to A"),
    ("email", "E-mail"),
    ("-created", "Latest first"),
    ("created", "Oldest first"),
]


def _roles() -> list[tuple[str, str]]:
    return [(role.key, f"{role.title}: {role.sentence}") for role in staff_roles()]


@web.get("/staff")
@requires(may.STAFF_READ)
def people() -> str:
    chosen = {name: value for name, value in request.args.items() if value}
    query = StaffQuery.model_validate(chosen)
    return render_template(
        "staff/people.html", page=queries.staff(query), query=query, tabs=_tabs(query),
        form=Form(StaffQuery, query.model_dump()), roles=_titles(), sorts=SORTS,
    )  # fmt: skip


def _tabs(query: StaffQuery) -> list[dict[str, object]]:
    """The states, each with how many there are and all else as it was chosen."""
    counted, kept = queries.counted(query), _kept(query)
    states = (
        ("All", None, counted.total),
        ("Open", True, counted.opened),
        ("Closed", False, counted.closed),
    )
    return [
        {
            "label": label,
            "href": url_for(".people", **kept, active=active),
            "active": query.active is active,
            "count": count,
        }
        for label, active, count in states
    ]


def _kept(query: StaffQuery) -> dict[str, Any]:
    chosen = {"q": query.q, "role": query.role or "", "sort": query.sort}
    return {name: value for name, value in chosen.items() if value}


def _titles() -> list[tuple[str, str]]:
    return [(role.key, role.title) for role in staff_roles()]


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
