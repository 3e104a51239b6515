"""The role editor: works as a form, and with JavaScript searches and shows the difference."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.errors import EditedMeanwhile
from stackroom.core.permissions import requires
from stackroom.staff import permissions as may
from stackroom.staff.models import CustomRole
from stackroom.staff.roles import service
from stackroom.staff.roles.areas import areas
from stackroom.staff.roles.schemas import NewRole, RoleEdit
from stackroom.staff.roles.service import Known
from stackroom.staff.roles.shipped import STAFF_ROLES
from stackroom.staff.roles.web.blueprint import web
from stackroom.web.forms import Form, submitted


@web.get("/staff/roles/new")
@requires(may.ROLES_WRITE, step_up=True)
def new() -> str:
    source = _source(request.args.get("from", ""))
    form = Form(NewRole, {"permissions": [], "based_on": "", **(_clone(source) if source else {})})
    return render_template("roles/new.html", form=form, **_new_page(source, form))


@web.post("/staff/roles/new")
@requires(may.ROLES_WRITE, step_up=True)
def create() -> Response:
    form, source = submitted(NewRole), _source(request.args.get("from", ""))
    with form.or_again("roles/new.html", **_new_page(source, form)) as given:
        made = service.create(**given.model_dump())
    flash(f"The role “{made.name}” is there. Give it to somebody on their page.", "success")
    return redirect(url_for(".edit", role_id=made.id), 303)


def _source(key: str) -> Known | None:
    return next((role for role in service.staff_roles() if role.key == key), None)


def _clone(source: Known) -> dict[str, Any]:
    """What is beyond one's own is left out: it could not be saved."""
    base = _base(source)
    refused = {line.key for area in areas(base) for line in area.lines if line.refusal}
    return {
        "sentence": source.sentence,
        "permissions": sorted(source.permissions - refused),
        "based_on": base,
    }


def _base(source: Known) -> str:
    return source.key if source.key in STAFF_ROLES else source.based_on


def _new_page(source: Known | None, form: Form[NewRole]) -> dict[str, Any]:
    than = source.title if source else "an empty role"
    saved = source.permissions if source else ()
    based_on = form.data["based_on"]
    return {"source": source, "picker": _picker(form, based_on, saved, than, holders=0)}


@web.get("/staff/roles/<uuid:role_id>")
@requires(may.STAFF_READ)
def edit(role_id: UUID) -> str:
    found = service.role(role_id)
    data = {
        "name": found.name, "sentence": found.sentence, "permissions": found.permissions,
        "revision": found.revision,
    }  # fmt: skip
    form = Form(RoleEdit, data)
    return render_template("roles/edit.html", form=form, **_page(found, form))


@web.post("/staff/roles/<uuid:role_id>")
@requires(may.ROLES_WRITE, step_up=True)
def change(role_id: UUID) -> Response:
    found, form = service.role(role_id), submitted(RoleEdit)
    with form.or_again("roles/edit.html", **_page(found, form)) as given:
        if given.revision != found.revision:
            raise EditedMeanwhile
        service.change(found, **given.model_dump(exclude={"revision"}))
    flash(
        f"The role “{found.name}” is saved and counts from the next click.",
        "success",
    )
    return redirect(url_for(".edit", role_id=role_id), 303)


@web.post("/staff/roles/<uuid:role_id>/remove")
@requires(may.ROLES_WRITE, step_up=True)
def remove(role_id: UUID) -> Response:
    found = service.role(role_id)
    service.remove(found)
    flash(f"The role “{found.name}” is removed. Its history stays.", "success")
    return redirect(url_for(".index"), 303)


def _page(found: CustomRole, form: Form[RoleEdit]) -> dict[str, Any]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    shown, holders = service.known(found), service.holders(found.key)
    than = "the role as it is saved"
    return {
        "shown": shown,
        "holders": holders,
        "beyond": service.beyond_own(found.permissions),
        "picker": _picker(form, found.based_on, found.permissions, than, len(holders)),
    }


def _picker(
    form: Form[Any], based_on: str, saved: Iterable[str], than: str, holders: int
) -> dict[str, Any]:
    """What the island is given; without JavaScript the page draws the same."""
    return {
        "areas": [asdict(area) for area in areas(based_on)],
        "chosen": form.data["permissions"],
        "saved": sorted(saved),
        "than": than,
        "holders": holders,
    }
