"""One title: its record, its form, its MARC."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.catalogue import permissions as may
from stackroom.catalogue import queries
from stackroom.catalogue.marc import MaterialType
from stackroom.catalogue.marc_text import from_text, to_text
from stackroom.catalogue.models import Bib
from stackroom.catalogue.reading import shows_suppressed
from stackroom.catalogue.service import bibs, items
from stackroom.catalogue.web.blueprint import web
from stackroom.catalogue.web.forms import BibForm, MarcForm, of_bib
from stackroom.core.errors import EditedMeanwhile
from stackroom.core.permissions import requires
from stackroom.web.forms import Form, submitted

MATERIALS = [(kind.value, kind.capitalize()) for kind in MaterialType]


@web.get("/catalogue/<uuid:bib_id>")
@requires(may.BIBS_READ, public_flag="public_catalogue")
def record(bib_id: UUID) -> str:
    found = queries.bib(bib_id, shows_suppressed=shows_suppressed())
    copies = items.items_of(found.bib, shows_suppressed=shows_suppressed())
    return render_template("catalogue/record.html", bib=found.bib, found=found, copies=copies)


@web.get("/catalogue/<uuid:bib_id>/marc")
@requires(may.BIBS_READ, public_flag="public_catalogue")
def marc(bib_id: UUID) -> str:
    found = queries.bib(bib_id, shows_suppressed=shows_suppressed()).bib
    return render_template("catalogue/marc.html", bib=found, text=to_text(found.marc))


@web.get("/catalogue/new")
@requires(may.BIBS_WRITE)
def new() -> str:
    return render_template(
        "catalogue/new.html", form=Form(BibForm, {"material": "book"}), materials=MATERIALS
    )


@web.post("/catalogue/new")
@requires(may.BIBS_WRITE)
def add() -> Response:
    form = submitted(BibForm)
    with form.or_again("catalogue/new.html", materials=MATERIALS) as given:
        made = bibs.create(given.edits(), suppressed=given.suppressed)
    flash(f"“{made.title}” is in the catalogue. Add its copies next.", "success")
    return redirect(url_for(".record", bib_id=made.id), 303)


@web.get("/catalogue/<uuid:bib_id>/edit")
@requires(may.BIBS_WRITE)
def edit(bib_id: UUID) -> str:
    found = bibs.bib(bib_id)
    form = Form(BibForm, of_bib(found))
    return render_template("catalogue/edit.html", form=form, **_page(found))


@web.post("/catalogue/<uuid:bib_id>/edit")
@requires(may.BIBS_WRITE)
def change(bib_id: UUID) -> Response:
    found = bibs.bib(bib_id)
    form = submitted(BibForm)
    with form.or_again("catalogue/edit.html", **_page(found)) as given:
        _refuse_stale(found, given.revision)
        bibs.change(found, given.edits(), suppressed=given.suppressed)
    flash(f"“{found.title}” is saved.", "success")
    return redirect(url_for(".record", bib_id=bib_id), 303)


@web.get("/catalogue/<uuid:bib_id>/marc/edit")
@requires(may.BIBS_WRITE)
def edit_marc(bib_id: UUID) -> str:
    found = bibs.bib(bib_id)
    form = Form(MarcForm, {"marc": to_text(found.marc), "revision": found.revision})
    return render_template("catalogue/edit_marc.html", form=form, **_page(found))


@web.post("/catalogue/<uuid:bib_id>/marc/edit")
@requires(may.BIBS_WRITE)
def change_marc(bib_id: UUID) -> Response:
    found = bibs.bib(bib_id)
    form = submitted(MarcForm)
    with form.or_again("catalogue/edit_marc.html", **_page(found)) as given:
        _refuse_stale(found, given.revision)
        bibs.change(found, {}, marc=from_text(given.marc))
    flash(f"The MARC record of “{found.title}” is saved.", "success")
    return redirect(url_for(".marc", bib_id=bib_id), 303)


@web.post("/catalogue/<uuid:bib_id>/delete")
@requires(may.BIBS_WRITE)
def delete(bib_id: UUID) -> Response:
    found = bibs.bib(bib_id)
    bibs.delete(found)
    flash(f"“{found.title}” is deleted. Its history stays.", "success")
    return redirect(url_for(".search"), 303)


def _page(bib: Bib) -> dict[str, Any]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    return {"shown": {"id": bib.id, "title": bib.title}, "materials": MATERIALS}


def _refuse_stale(bib: Bib, seen: int) -> None:
    if seen != bib.revision:
        raise EditedMeanwhile
