"""Pages: erase a patron, reveal an entry, find a patron's lines by name."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.audit import queries
from stackroom.core.http import app
from stackroom.core.permissions import requires
from stackroom.files.adapters import files
from stackroom.oversight.disclosure import permissions as may
from stackroom.oversight.disclosure.schemas import ErasureForm, RevealIn, SearchIn
from stackroom.oversight.disclosure.service import erasing, revealing
from stackroom.patrons import service as patrons
from stackroom.web.forms import Form, submitted

web = Blueprint("disclosure", __name__, template_folder="templates")
FRESH = {"Cache-Control": "no-store"}


@web.get("/patrons/<uuid:patron_id>/erase")
@requires(may.PATRONS_ERASE, step_up=True)
def erase(patron_id: UUID) -> str:
    return render_template("disclosure/erase.html", form=Form(ErasureForm), **_about(patron_id))


@web.post("/patrons/<uuid:patron_id>/erase")
@requires(may.PATRONS_ERASE, step_up=True)
def carry_out(patron_id: UUID) -> Response:
    form = submitted(ErasureForm)
    with form.or_again("disclosure/erase.html", **_about(patron_id)) as given:
        plan = erasing.erase(patron_id, given.reason, files(app().settings))
    flash(f"{plan.pseudonym} is erased; nobody can say any more who that was.", "success")
    return redirect(url_for("patrons.index"), 303)


def _about(patron_id: UUID) -> dict[str, object]:
    plan, found = erasing.preview(patron_id), patrons.view(patron_id)
    return {"plan": plan, "patron_id": patron_id, "name": found.name}


@web.get("/audit/<entry_id>/reveal")
@requires(may.PERSONAL_READ, step_up=True)
def reveal(entry_id: str) -> str:
    sentence = queries.entry(entry_id).sentence
    form = Form(RevealIn)
    return render_template("disclosure/reveal.html", form=form, entry_id=entry_id, said=sentence)


@web.post("/audit/<entry_id>/reveal")
@requires(may.PERSONAL_READ, step_up=True)
def show(entry_id: str) -> tuple[str, int, dict[str, str]]:
    form, sentence = submitted(RevealIn), queries.entry(entry_id).sentence
    with form.or_again("disclosure/reveal.html", entry_id=entry_id, said=sentence) as given:
        revealed = revealing.reveal(entry_id, given.reason)
    page = render_template(
        "disclosure/revealed.html", entry_id=entry_id, revealed=revealed, said=sentence
    )
    return page, 200, FRESH


@web.get("/audit/patrons")
@requires(may.PERSONAL_READ, step_up=True)
def search() -> str:
    return render_template("disclosure/find.html", form=Form(SearchIn), found=None)


@web.post("/audit/patrons")
@requires(may.PERSONAL_READ, step_up=True)
def find() -> tuple[str, int, dict[str, str]]:
    form = submitted(SearchIn)
    with form.or_again("disclosure/find.html", found=None) as given:
        found = revealing.find(given)
    return render_template("disclosure/find.html", form=form, found=found), 200, FRESH
