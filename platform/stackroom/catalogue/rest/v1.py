"""v1 of the catalogue: titles, their MARC, and copies."""

from typing import Any, cast
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g, json, request

from stackroom.catalogue import permissions as may
from stackroom.catalogue import queries
from stackroom.catalogue.editing import Edits
from stackroom.catalogue.errors import FormTooSmall, NotAcceptable
from stackroom.catalogue.marc import RecordTooLarge, from_json, to_iso2709, to_marcxml
from stackroom.catalogue.models import Bib, Item, ItemStatus
from stackroom.catalogue.queries import Found
from stackroom.catalogue.reading import criteria, shows_suppressed
from stackroom.catalogue.schemas import (
    BibChange,
    BibIn,
    BibOut,
    BibQuery,
    BibsPage,
    FacetsOut,
    ItemChange,
    ItemIn,
    ItemOut,
    ItemQuery,
    ItemsPage,
)
from stackroom.catalogue.service import bibs, items
from stackroom.catalogue.service.items import ItemEdits
from stackroom.core import etags
from stackroom.core.permissions import requires

api = APIBlueprint("catalogue_v1", __name__, url_prefix="/api/v1", tag="Catalogue")

JSON, MARC, MARCXML = "application/json", "application/marc", "application/marcxml+xml"
MARC_ANSWER: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {
        "description": "The whole record: MARC-in-JSON, ISO 2709 in UTF-8, or MARCXML",
        "content": {
            JSON: {"schema": {"type": "object"}},
            MARC: {"schema": {"type": "string", "format": "binary"}},
            MARCXML: {"schema": {"type": "string"}},
        },
    },
    406: {"description": "`Accept` asks for none of them"},
    409: {"description": "The record is too large for ISO 2709"},
}
Tagged = tuple[Any, int, dict[str, str]]


@api.get("/bibs")
@requires(may.BIBS_READ, public_flag="public_catalogue")
@api.input(BibQuery, location="query")
@api.output(BibsPage)
def list_bibs(query_data: BibQuery) -> BibsPage:
    """Search. Without words: everything, by title."""
    result = queries.find(
        criteria(query_data),
        sort=query_data.sort,
        page=query_data.page,
        per_page=query_data.per_page,
        facets=query_data.facets,
    )
    g.links = result.page.links()
    return BibsPage(
        items=[_bib(found) for found in result.page.items],
        page=result.page.page,
        per_page=result.page.per_page,
        total=result.page.total,
        total_is_capped=result.total_is_capped,
        facets=FacetsOut.model_validate(result.facets) if result.facets else None,
    )


@api.post("/bibs")
@requires(may.BIBS_WRITE)
@api.input(BibIn)
@api.output(BibOut, 201)
def create_bib(json_data: BibIn) -> Tagged:
    given = json_data.model_dump(exclude_unset=True)
    marc, suppressed = given.pop("marc", None), given.pop("suppressed", False)
    made = bibs.create(edits(given), marc=marc, suppressed=suppressed)
    location = f"{api.url_prefix}/bibs/{made.id}"
    return _bib(Found(made, 0, 0)), 201, {"ETag": etags.of(made), "Location": location}


@api.get("/bibs/<uuid:bib_id>")
@requires(may.BIBS_READ, public_flag="public_catalogue")
@api.output(BibOut)
def get_bib(bib_id: UUID) -> Tagged:
    found = queries.bib(bib_id, shows_suppressed=shows_suppressed())
    return _bib(found), 200, {"ETag": etags.of(found.bib)}


@api.patch("/bibs/<uuid:bib_id>")
@requires(may.BIBS_WRITE)
@api.input(BibChange)
@api.output(BibOut)
def change_bib(bib_id: UUID, json_data: BibChange) -> Tagged:
    """Fields flow into the MARC record, which keeps everything else."""
    found = queries.bib(bib_id, shows_suppressed=True)
    etags.check(found.bib)
    given = json_data.model_dump(exclude_unset=True)
    marc, suppressed = given.pop("marc", None), given.pop("suppressed", None)
    bibs.change(found.bib, edits(given), marc=marc, suppressed=suppressed)
    return _bib(found), 200, {"ETag": etags.of(found.bib)}


@api.delete("/bibs/<uuid:bib_id>")
@requires(may.BIBS_WRITE)
@api.output({}, 204)
def delete_bib(bib_id: UUID) -> str:
    found = bibs.bib(bib_id)
    etags.check(found)
    bibs.delete(found)
    return ""


@api.get("/bibs/<uuid:bib_id>/marc")
@requires(may.BIBS_READ, public_flag="public_catalogue")
@api.doc(responses=MARC_ANSWER)
def get_marc(bib_id: UUID) -> Response:
    """In the format that `Accept` asks for; MARC-in-JSON where it asks for none."""
    found = queries.bib(bib_id, shows_suppressed=shows_suppressed()).bib
    headers = {"ETag": etags.of(found), "Vary": "Accept"}
    wanted = request.accept_mimetypes.best_match((JSON, MARC, MARCXML)) if _asks() else JSON
    if wanted is None:
        raise NotAcceptable(f"Ask for {JSON}, {MARC} or {MARCXML}.")
    return Response(_written(found, wanted), mimetype=wanted, headers=headers)


def _asks() -> bool:
    return bool(request.accept_mimetypes)


def _written(bib: Bib, wanted: str) -> bytes | str:
    if wanted == JSON:
        return json.dumps(bib.marc)
    record = from_json(bib.marc)
    if wanted == MARCXML:
        return to_marcxml(record)
    try:
        return to_iso2709(record)
    except RecordTooLarge as error:
        raise FormTooSmall(str(error)) from None


@api.get("/items")
@requires(may.ITEMS_READ)
@api.input(ItemQuery, location="query")
@api.output(ItemsPage)
def list_items(query_data: ItemQuery) -> ItemsPage:
    page = items.items(query_data, bib_id=query_data.bib_id, barcode=query_data.barcode.strip())
    g.links = page.links()
    return ItemsPage.model_validate(page.map(_item))


@api.post("/items")
@requires(may.ITEMS_WRITE)
@api.input(ItemIn)
@api.output(ItemOut, 201)
def create_item(json_data: ItemIn) -> Tagged:
    """Its holdings are made where there are none for that place."""
    given = json_data.model_dump(exclude_unset=True)
    status = given.pop("status", ItemStatus.AVAILABLE)
    made = items.create(bibs.bib(given.pop("bib_id")), item_edits(given), status=status)
    location = f"{api.url_prefix}/items/{made.id}"
    return _item(made), 201, {"ETag": etags.of(made), "Location": location}


@api.get("/items/<uuid:item_id>")
@requires(may.ITEMS_READ)
@api.output(ItemOut)
def get_item(item_id: UUID) -> Tagged:
    found = items.item(item_id)
    return _item(found), 200, {"ETag": etags.of(found)}


@api.patch("/items/<uuid:item_id>")
@requires(may.ITEMS_WRITE)
@api.input(ItemChange)
@api.output(ItemOut)
def change_item(item_id: UUID, json_data: ItemChange) -> Tagged:
    found = items.item(item_id)
    etags.check(found)
    items.change(found, item_edits(json_data.model_dump(exclude_unset=True)))
    return _item(found), 200, {"ETag": etags.of(found)}


@api.delete("/items/<uuid:item_id>")
@requires(may.ITEMS_WRITE)
@api.output({}, 204)
def delete_item(item_id: UUID) -> str:
    found = items.item(item_id)
    etags.check(found)
    items.delete(found)
    return ""


def edits(given: dict[str, Any]) -> Edits:
    """Null empties a text, a list, or the year."""
    empty: dict[str, Any] = {"isbns": [], "subjects": [], "year": None, "material": "book"}
    return cast(
        "Edits",
        {name: empty.get(name, "") if value is None else value for name, value in given.items()},
    )


def item_edits(given: dict[str, Any]) -> ItemEdits:
    """Null empties the price and is nothing for the rest."""
    return cast(
        "ItemEdits",
        {
            name: value
            for name, value in given.items()
            if value is not None or name == "price_minor"
        },
    )


_COLUMNS = frozenset(BibOut.model_fields) - {"items_total", "items_available"}


def _bib(found: Found) -> BibOut:
    return BibOut(
        items_total=found.items_total,
        items_available=found.items_available,
        **{name: getattr(found.bib, name) for name in _COLUMNS},
    )


def _item(item: Item) -> ItemOut:
    holdings = item.holdings
    return ItemOut(
        id=item.id, bib_id=item.bib_id, barcode=item.barcode, item_type=item.item_type.code,
        library=holdings.library.code, call_number=holdings.call_number,
        location=holdings.location.code if holdings.location else None,
        copy_number=item.copy_number, status=item.status, damaged=item.damaged,
        not_for_loan=item.not_for_loan, restricted=item.restricted,
        suppressed=item.suppressed, price_minor=item.price_minor,
    )  # fmt: skip
