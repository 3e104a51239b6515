"""v1 of patrons. Deleting one stands in circulation, which knows whether loans are open."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core import etags
from stackroom.core.permissions import requires
from stackroom.patrons import permissions as may
from stackroom.patrons import service
from stackroom.patrons.models import Patron
from stackroom.patrons.schemas import (
    BlockIn,
    BlockOut,
    PatronChange,
    PatronIn,
    PatronOut,
    PatronPage,
    PatronQuery,
    PatronRecordOut,
    SignInIn,
)
from stackroom.staff.authentication import hasher

api = APIBlueprint("patrons_v1", __name__, url_prefix="/api/v1", tag="Patrons")


@api.get("/patrons")
@requires(may.PATRONS_READ)
@api.input(PatronQuery, location="query")
@api.output(PatronPage)
def list_patrons(query_data: PatronQuery) -> PatronPage:
    today = service.today()
    page = service.patrons(query_data).map(lambda patron: PatronOut.of(patron, today))
    g.links = page.links()
    return PatronPage.model_validate(page)


@api.post("/patrons")
@requires(may.PATRONS_WRITE)
@api.input(PatronIn)
@api.output(PatronRecordOut, 201)
def create_patron(json_data: PatronIn) -> PatronRecordOut:
    return _record(service.create(json_data))


@api.get("/patrons/<uuid:patron_id>")
@requires(may.PATRONS_READ)
@api.output(PatronRecordOut)
def get_patron(patron_id: UUID) -> Any:
    """One record with its note and blocks. That it was looked at stands in the audit trail."""
    found = service.view(patron_id)
    return _record(found), 200, {"ETag": etags.of(found)}


@api.patch("/patrons/<uuid:patron_id>")
@requires(may.PATRONS_WRITE)
@api.input(PatronChange)
@api.output(PatronRecordOut)
def change_patron(patron_id: UUID, json_data: PatronChange) -> Any:
    found = service.patron(patron_id)
    etags.check(found)
    changed = service.change(found, json_data)
    return _record(changed), 200, {"ETag": etags.of(changed)}


@api.post("/patrons/<uuid:patron_id>/blocks")
@requires(may.PATRONS_WRITE)
@api.input(BlockIn)
@api.output(BlockOut, 201)
def create_block(patron_id: UUID, json_data: BlockIn) -> BlockOut:
    return BlockOut.model_validate(service.block(service.patron(patron_id), json_data))


@api.delete("/patrons/<uuid:patron_id>/blocks/<uuid:patron_block_id>")
@requires(may.PATRONS_WRITE)
@api.output({}, 204)
def delete_block(patron_id: UUID, patron_block_id: UUID) -> str:
    """Lift the block; it stays on the record as lifted."""
    service.lift(service.patron(patron_id), patron_block_id)
    return ""


@api.post("/patrons/<uuid:patron_id>/sign-in")
@requires(may.PATRONS_WRITE)
@api.input(SignInIn)
@api.output(PatronRecordOut, 201)
def create_sign_in(patron_id: UUID, json_data: SignInIn) -> PatronRecordOut:
    """Let the patron sign in with their e-mail, to see their own loans."""
    found = service.patron(patron_id)
    service.give_sign_in(found, json_data.password, hasher())
    return _record(found)


def _record(found: Patron) -> PatronRecordOut:
    return PatronRecordOut.of(found, service.today())
