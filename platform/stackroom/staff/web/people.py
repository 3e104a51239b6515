"""Staff: who works here, and somebody new."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff import queries, service
from stackroom.staff.authentication import hasher
from stackroom.staff.roles import holding
from stackroom.staff.roles.service import staff_roles
from stackroom.staff.schemas import NewPerson, StaffQuery
from stackroom.staff.web import role_rows
from stackroom.staff.web.blueprint import web
from stackroom.web.forms import Form, submitted

SORTS = [
    ("name", "Name"),
    ("-name", "Name, from Z to A"),
    ("email", "E-mail"),
    ("-created", "Latest first"),
    ("created", "Oldest first"),
]


@web.get("/staff")
@requires(may.STAFF_READ)
def people() -> str:
    chosen = {name: value for name, value in request.args.items() if value}
    query = StaffQuery.model_validate(chosen)
    return render_template(
        "staff/people.html", page=queries.staff(query), query=query, states=_states(query),
        form=Form(StaffQuery, query.model_dump()), roles=_titles(), sorts=SORTS,
        words=holding.words(),
    )  # fmt: skip


def _states(query: StaffQuery) -> list[dict[str, object]]:
    """The states, each with how many there are and all else as it was chosen."""
    counted, kept = queries.counted(query), _kept(query)
    offered = (
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
        for label, active, count in offered
    ]


def _kept(query: StaffQuery) -> dict[str, Any]:
    chosen = {"q": query.q, "role": query.role or "", "sort": query.sort}
    return {name: value for name, value in chosen.items() if value}


def _titles() -> list[tuple[str, str]]:
    return [(role.key, role.title) for role in staff_roles()]


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
