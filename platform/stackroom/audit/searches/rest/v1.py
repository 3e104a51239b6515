"""v1 of saved searches."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.audit.searches import queries, service
from stackroom.audit.searches.permissions import SEARCHES_OWN
from stackroom.audit.searches.schemas import SearchIn, SearchOut, SearchPage, SearchPatch
from stackroom.core import etags
from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires

api = APIBlueprint("audit_searches_v1", __name__, url_prefix="/api/v1/audit", tag="Audit")


@api.get("/searches")
@requires(SEARCHES_OWN)
@api.input(PageQuery, location="query")
@api.output(SearchPage)
def list_audit_searches(query_data: PageQuery) -> SearchPage:
    """One's own, and what others share."""
    page = queries.searches(principal(), query_data)
    g.links = page.links()
    return SearchPage.model_validate(page)


@api.post("/searches")
@requires(SEARCHES_OWN)
@api.input(SearchIn)
@api.output(SearchOut, 201)
def save_audit_search(json_data: SearchIn) -> SearchOut:
    given = json_data
    made = service.save(principal(), name=given.name, asks=given.asks, shared=given.shared)
    return SearchOut.model_validate(made)


@api.get("/searches/<uuid:audit_search_id>")
@requires(SEARCHES_OWN)
@api.output(SearchOut)
def get_audit_search(audit_search_id: UUID) -> Any:
    found = queries.search(audit_search_id, principal())
    return SearchOut.model_validate(found), 200, {"ETag": etags.of(found)}


@api.patch("/searches/<uuid:audit_search_id>")
@requires(SEARCHES_OWN)
@api.input(SearchPatch)
@api.output(SearchOut)
def change_audit_search(audit_search_id: UUID, json_data: SearchPatch) -> Any:
    """Only its owner may. Left out: stays as it is."""
    etags.check(queries.own_search(audit_search_id, principal()))
    given = json_data.model_dump(exclude_unset=True)
    found = service.change(audit_search_id, principal(), **given)
    return SearchOut.model_validate(found), 200, {"ETag": etags.of(found)}


@api.delete("/searches/<uuid:audit_search_id>")
@requires(SEARCHES_OWN)
@api.output({}, 204)
def delete_audit_search(audit_search_id: UUID) -> str:
    """Only its owner may."""
    service.delete(audit_search_id, principal())
    return ""
