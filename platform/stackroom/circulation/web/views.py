"""Pages: the desk, the list of loans, a patron with their loans, one's own loans."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from stackroom.circulation import permissions as may
from stackroom.circulation.schemas import LoanQuery
from stackroom.circulation.service import loans as service
from stackroom.core import clock
from stackroom.core.http import principal
from stackroom.core.permissions import requires
from stackroom.libraries.service import main_library
from stackroom.patrons import service as patrons
from stackroom.patrons.permissions import PATRONS_READ, PATRONS_WRITE

web = Blueprint("circulation", __name__, template_folder="templates")
STATUSES = (("open", "On loan"), ("overdue", "Overdue"), ("closed", "Returned"))


@web.get("/desk")
@requires(may.LOANS_WRITE)
def desk() -> str:
    props = {
        "time_zone": main_library().timezone,
        "can_override": principal().may(may.LOANS_OVERRIDE),
    }
    return render_template("circulation/desk.html", props=props)


@web.get("/loans")
@requires(may.LOANS_READ)
def loans() -> str:
    query = LoanQuery.model_validate({"status": "open", **request.args.to_dict()})
    tabs = [
        {"label": label, "href": url_for(".loans", status=status), "active": status == query.status}
        for status, label in STATUSES
    ]
    return render_template(
        "circulation/loans.html",
        page=service.loans(query),
        query=query,
        tabs=tabs,
        now=clock.now(),
    )


@web.get("/patrons/<uuid:patron_id>")
@requires(PATRONS_READ)
def patron(patron_id: UUID) -> str:
    found = patrons.view(patron_id)
    return render_template(
        "circulation/patron.html",
        patron=found,
        today=patrons.today(),
        loans=service.of_patron(found.id),
        now=clock.now(),
    )


@web.post("/patrons/<uuid:patron_id>/delete")
@requires(PATRONS_WRITE)
def delete_patron(patron_id: UUID) -> Response:
    found = patrons.patron(patron_id)
    service.remove_patron(found)
    flash(f"{found.name} is deleted.", "success")
    return redirect(url_for("patrons.index"), 303)


@web.get("/me/loans")
@requires(may.OWN_LOANS_READ)
def own_loans() -> str:
    me = patrons.of_account(principal().id)
    found = service.of_patron(me.id) if me else []
    return render_template("circulation/own_loans.html", patron=me, loans=found, now=clock.now())
