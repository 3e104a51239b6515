"""The audit trail as pages: what is found, one line, one act, the history of one record."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from stackroom.audit import choices, filters, folding, queries, records, wording
from stackroom.audit.filters import EntryQuery, SliceQuery
from stackroom.audit.narrowing import narrowing
from stackroom.audit.permissions import AUDIT_READ
from stackroom.audit.records import RecordQuery
from stackroom.audit.versioning import models_by_kind
from stackroom.audit.web import showing
from stackroom.core.features import registry
from stackroom.core.permissions import requires
from stackroom.web.forms import Form
from stackroom.web.pages import Link

web = Blueprint("audit", __name__, template_folder="templates")


@web.app_context_processor
def page_words() -> dict[str, Any]:
    """For every page that tells lines of the trail."""
    return {
        "shown": showing.shown,
        "audit_address": showing.address,
        "called": wording.called,
        "filter_called": filters.called,
    }


@web.get("/audit")
@requires(AUDIT_READ)
def entries() -> str:
    form = Form(EntryQuery, request.args.to_dict())
    offered = choices.offered()
    with form.or_again("audit/entries.html", **offered) as query:
        found = folding.acts(narrowing(query), query)
    return render_template(
        "audit/entries.html", form=form, found=found, asked=query.asked(), **offered
    )


@web.get("/audit/<entry_id>")
@requires(AUDIT_READ)
def entry(entry_id: str) -> str:
    return render_template("audit/entry.html", entry=queries.entry(entry_id))


@web.get("/audit/<entry_id>/act")
@requires(AUDIT_READ)
def act(entry_id: str) -> str:
    """All that was done together with one line."""
    query = SliceQuery.model_validate(request.args.to_dict())
    found = queries.act(entry_id, query)
    return render_template("audit/act.html", lead=queries.entry(entry_id), found=found)


@web.get("/audit/records/<record_type>/<uuid:record_id>")
@requires(AUDIT_READ)
def record(record_type: str, record_id: UUID) -> str:
    query = RecordQuery.model_validate(request.args.to_dict())
    there = records.sides(record_type, record_id)
    found = folding.acts(records.asked(record_type, record_id, query.side), query)
    return render_template(
        "audit/record.html",
        label=records.label(record_type, record_id),
        record_type=record_type,
        record_id=record_id,
        has_versions=record_type in models_by_kind(),
        record=registry.page_of(record_type, record_id),
        tabs=[_side(record_type, record_id, side, query.side) for side in there],
        side=query.side,
        found=found,
    )


def _side(record_type: str, record_id: UUID, side: records.Side, shown: records.Side) -> Link:
    href = url_for(".record", record_type=record_type, record_id=record_id, side=side)
    return Link(showing.SIDES[side], href, "", side == shown)
