"""Pages: finding patrons, registering and changing them, blocks, and letting them sign in.

A patron's own page shows loans, and stands in circulation.
"""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.core.permissions import requires
from stackroom.libraries.service import libraries
from stackroom.patrons import permissions as may
from stackroom.patrons import service
from stackroom.patrons.models import Patron, Standing
from stackroom.patrons.schemas import BlockIn, PatronChange, PatronIn, PatronQuery, SignInIn
from stackroom.staff.authentication import hasher
from stackroom.web.forms import Form, submitted

web = Blueprint("patrons", __name__, template_folder="templates")
STOPS = [("borrow", "Borrowing"), ("renew", "Renewing"), ("hold", "Placing holds")]


@web.get("/patrons")
@requires(may.PATRONS_READ)
def index() -> str:
    query = _query()
    return render_template(
        "patrons/index.html",
        page=service.patrons(query),
        query=query,
        today=service.today(),
        categories=_categories(),
        standings=[(standing.value, standing.capitalize()) for standing in Standing],
    )


def _query() -> PatronQuery:
    """An empty filter of the form is no filter."""
    given = {name: value for name, value in request.args.items() if value}
    return PatronQuery.model_validate(given)


@web.get("/patrons/new")
@requires(may.PATRONS_WRITE)
def new() -> str:
    form = Form(PatronIn, {"name": request.args.get("name", "")})
    return render_template("patrons/new.html", form=form, **_choices())


@web.post("/patrons/new")
@requires(may.PATRONS_WRITE)
def create() -> Response:
    form = submitted(PatronIn)
    with form.or_again("patrons/new.html", **_choices()) as given:
        patron = service.create(given)
    flash(f"{patron.name} is registered with the card {patron.barcode}.", "success")
    return _to_record(patron)


@web.get("/patrons/<uuid:patron_id>/edit")
@requires(may.PATRONS_WRITE)
def edit(patron_id: UUID) -> str:
    patron = service.view(patron_id)
    data = {name: getattr(patron, name) for name in PatronIn.model_fields}
    data |= {"category": patron.category.code, "home_library": patron.home_library.code}
    return render_template("patrons/edit.html", form=Form(PatronIn, data), **_about(patron))


@web.post("/patrons/<uuid:patron_id>/edit")
@requires(may.PATRONS_WRITE)
def change(patron_id: UUID) -> Response:
    patron = service.patron(patron_id)
    form = submitted(PatronIn)
    with form.or_again("patrons/edit.html", **_about(patron)) as given:
        # An emptied card number or library keeps what is there; an emptied date means “never”.
        wanted = given.model_dump(exclude_none=True) | {"expires_on": given.expires_on}
        service.change(patron, PatronChange.model_validate(wanted))
    flash(f"The record of {patron.name} is saved.", "success")
    return _to_record(patron)


@web.get("/patrons/<uuid:patron_id>/blocks/new")
@requires(may.PATRONS_WRITE)
def new_block(patron_id: UUID) -> str:
    form = Form(BlockIn, {"stops": ["borrow", "renew", "hold"]})
    patron = service.view(patron_id)
    return render_template("patrons/new_block.html", form=form, stops=STOPS, **_named(patron))


@web.post("/patrons/<uuid:patron_id>/blocks/new")
@requires(may.PATRONS_WRITE)
def add_block(patron_id: UUID) -> Response:
    patron = service.patron(patron_id)
    form = submitted(BlockIn)
    with form.or_again("patrons/new_block.html", stops=STOPS, **_named(patron)) as given:
        service.block(patron, given)
    flash(f"{patron.name} is blocked.", "success")
    return _to_record(patron)


@web.post("/patrons/<uuid:patron_id>/blocks/<uuid:patron_block_id>/lift")
@requires(may.PATRONS_WRITE)
def lift_block(patron_id: UUID, patron_block_id: UUID) -> Response:
    patron = service.patron(patron_id)
    service.lift(patron, patron_block_id)
    flash(f"The block of {patron.name} is lifted.", "success")
    return _to_record(patron)


@web.get("/patrons/<uuid:patron_id>/sign-in")
@requires(may.PATRONS_WRITE)
def new_sign_in(patron_id: UUID) -> str:
    patron = service.view(patron_id)
    return render_template("patrons/new_sign_in.html", form=Form(SignInIn), **_named(patron))


@web.post("/patrons/<uuid:patron_id>/sign-in")
@requires(may.PATRONS_WRITE)
def give_sign_in(patron_id: UUID) -> Response:
    patron = service.patron(patron_id)
    form = submitted(SignInIn)
    with form.or_again("patrons/new_sign_in.html", **_named(patron)) as given:
        service.give_sign_in(patron, given.password, hasher())
    flash(f"{patron.name} can sign in now, with {patron.email}.", "success")
    return _to_record(patron)


def _choices() -> dict[str, list[tuple[str, str]]]:
    branches = [(library.code, library.name) for library in libraries()]
    return {"categories": _categories(), "libraries": branches}


def _categories() -> list[tuple[str, str]]:
    return [(category.code, category.name) for category in service.categories()]


def _about(patron: Patron) -> dict[str, object]:
    return {**_choices(), **_named(patron)}


def _named(patron: Patron) -> dict[str, object]:
    """Plain values: a refused form is drawn after its transaction has ended."""
    return {"patron_id": patron.id, "name": patron.name, "email": patron.email}


def _to_record(patron: Patron) -> Response:
    return redirect(url_for("circulation.patron", patron_id=patron.id), 303)
