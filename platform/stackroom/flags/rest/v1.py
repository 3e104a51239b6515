"""v1 of feature flags, to read."""

from apiflask import APIBlueprint
from flask import g

from stackroom.core.pagination import Page, PageQuery
from stackroom.core.permissions import requires
from stackroom.flags.client import client
from stackroom.flags.permissions import FLAGS_READ
from stackroom.flags.registry import FLAGS
from stackroom.flags.schemas import FlagOut, FlagsPage

api = APIBlueprint("flags_v1", __name__, url_prefix="/api/v1", tag="Flags")


@api.get("/flags")
@requires(FLAGS_READ)
@api.input(PageQuery, location="query")
@api.output(FlagsPage)
def list_flags(query_data: PageQuery) -> FlagsPage:
    """Each flag as it stands for this organisation, and why."""
    flags = [
        FlagOut(
            key=state.key,
            sentence=FLAGS[state.key].sentence,
            enabled=state.enabled,
            value=state.value,
            reason=state.reason,
        )
        for state in client().states()
    ]
    shown = flags[query_data.offset : query_data.offset + query_data.per_page]
    page = Page(shown, query_data.page, query_data.per_page, len(flags))
    g.links = page.links()
    return FlagsPage.model_validate(page)
