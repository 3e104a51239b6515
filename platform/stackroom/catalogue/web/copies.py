"""The copies of one title."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from stackroom.catalogue import permissions as may
from stackroom.catalogue.models import Bib, Item
from stackroom.catalogue.service import bibs, items
from stackroom.catalogue.service.item_types import DEFAULT, item_types
from stackroom.catalogue.web.blueprint import web
from stackroom.catalogue.web.forms import ItemForm, of_item
from stackroom.core.errors import EditedMeanwhile, NotFound
from stackroom.core.permissions import requires
from stackroom.web.forms import Form, submitted


@web.get("/catalogue/<uuid:bib_id>/copies/new")
@requires(may.ITEMS_WRITE)
def new_copy(bib_id: UUID) -> str:
    form = Form(ItemForm, {"item_type": DEFAULT})
    return render_template("catalogue/new_copy.html", form=form, **_page(bibs.bib(bib_id)))


@web.post("/catalogue/<uuid:bib_id>/copies/new")
@requires(may.ITEMS_WRITE)
def add_copy(bib_id: UUID) -> Response:
    bib = bibs.bib(bib_id)
    form = submitted(ItemForm)
    with form.or_again("catalogue/new_copy.html", **_page(bib)) as given:
        made = items.create(bib, given.edits())
    flash(f"Copy {made.barcode} is on the shelf.", "success")
    return redirect(url_for(".record", bib_id=bib_id), 303)


@web.get("/catalogue/<uuid:bib_id>/copies/<uuid:item_id>")
@requires(may.ITEMS_WRITE)
def edit_copy(bib_id: UUID, item_id: UUID) -> str:
    item = _copy(bib_id, item_id)
    page = _page(bibs.bib(bib_id))
    form = Form(ItemForm, of_item(item))
    return render_template("catalogue/edit_copy.html", form=form, copy=_shown(item), **page)


@web.post("/catalogue/<uuid:bib_id>/copies/<uuid:item_id>")
@requires(may.ITEMS_WRITE)
def change_copy(bib_id: UUID, item_id: UUID) -> Response:
    item = _copy(bib_id, item_id)
    page = _page(bibs.bib(bib_id))
    form = submitted(ItemForm)
    with form.or_again("catalogue/edit_copy.html", copy=_shown(item), **page) as given:
        if given.revision != item.revision:
            raise EditedMeanwhile
        items.change(item, given.edits())
    flash(f"Copy {item.barcode} is saved.", "success")
    return redirect(url_for(".record", bib_id=bib_id), 303)


@web.post("/catalogue/<uuid:bib_id>/copies/<uuid:item_id>/delete")
@requires(may.ITEMS_WRITE)
def delete_copy(bib_id: UUID, item_id: UUID) -> Response:
    item = _copy(bib_id, item_id)
    items.delete(item)
    flash(f"Copy {item.barcode} is deleted. Its history stays.", "success")
    return redirect(url_for(".record", bib_id=bib_id), 303)


def _copy(bib_id: UUID, item_id: UUID) -> Item:
    """Raises NotFound, also for a copy of another title."""
    found = items.item(item_id)
    if found.bib_id != bib_id:
        raise NotFound
    return found


def _page(bib: Bib) -> dict[str, Any]:
    """Plain values: a refused form is drawn after the transaction has ended."""
    return {
        "shown": {"id": bib.id, "title": bib.title},
        "item_types": [(kind.code, kind.name) for kind in item_types()],
        "places": items.places(),
    }


def _shown(item: Item) -> dict[str, Any]:
    return {"id": item.id, "barcode": item.barcode, "status": item.status.replace("_", " ")}
