"""v1 of access reviews."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core import etags
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.reviews import permissions as may
from stackroom.staff.reviews import showing
from stackroom.staff.reviews.downloads import report_file
from stackroom.staff.reviews.models import LineState
from stackroom.staff.reviews.schemas import (
    CancelIn,
    DecisionIn,
    LineQuery,
    ReportQuery,
    ReviewIn,
    ReviewLineOut,
    ReviewLinePage,
    ReviewOut,
    ReviewPage,
)
from stackroom.staff.reviews.service import campaigns, closing, deciding, lines, starting

api = APIBlueprint("reviews_v1", __name__, url_prefix="/api/v1", tag="Access reviews")
REPORT: dict[int | str, Any] = {
    200: {
        "description": "A document signed with Ed25519, or its lines as CSV",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@api.get("/access-reviews")
@requires(may.REVIEWS_READ)
@api.input(PageQuery, location="query")
@api.output(ReviewPage)
def list_access_reviews(query_data: PageQuery) -> ReviewPage:
    page = campaigns.reviews(query_data)
    g.links = page.links()
    return ReviewPage(
        items=showing.reviews(page.items), page=page.page, per_page=page.per_page, total=page.total
    )


@api.post("/access-reviews")
@requires(may.REVIEWS_WRITE)
@api.input(ReviewIn)
@api.output(ReviewOut, 201)
@api.doc(summary="Start an access review")
def create_access_review(json_data: ReviewIn) -> ReviewOut:
    """Take down who holds which roles now, and ask the reviewers by mail about each."""
    return showing.review(starting.start(json_data))


@api.get("/access-reviews/<uuid:access_review_id>")
@requires(may.REVIEWS_READ)
@api.output(ReviewOut)
def get_access_review(access_review_id: UUID) -> ReviewOut:
    return showing.review(campaigns.review(access_review_id))


@api.get("/access-reviews/<uuid:access_review_id>/lines")
@requires(may.REVIEWS_READ)
@api.input(LineQuery, location="query")
@api.output(ReviewLinePage)
def list_access_review_lines(access_review_id: UUID, query_data: LineQuery) -> ReviewLinePage:
    page = lines.lines(campaigns.review(access_review_id).id, query_data)
    standings = lines.standings(page.items)
    g.links = page.links()
    return ReviewLinePage.model_validate(page.map(lambda line: showing.line(line, standings)))


@api.patch("/access-reviews/<uuid:access_review_id>/lines/<uuid:access_review_line_id>")
@requires(may.REVIEWS_DECIDE)
@api.input(DecisionIn)
@api.output(ReviewLineOut)
@api.doc(summary="Confirm or withdraw a role")
def decide_access_review_line(
    access_review_id: UUID, access_review_line_id: UUID, json_data: DecisionIn
) -> Any:
    """A role that is withdrawn is gone at once. The same decision twice is one."""
    _, found = deciding.asked(access_review_id, access_review_line_id)
    etags.check(found)
    decided = deciding.decide(
        access_review_id, access_review_line_id, LineState(json_data.decision), json_data.note
    )
    shown = showing.line(decided, lines.standings([decided]))
    return shown, 200, {"ETag": etags.of(decided)}


@api.post("/access-reviews/<uuid:access_review_id>/close")
@requires(may.REVIEWS_WRITE)
@api.output(ReviewOut)
@api.doc(summary="Close an access review early")
def close_access_review(access_review_id: UUID) -> ReviewOut:
    """As its date would: what is unanswered is settled as the review has said."""
    return showing.review(closing.close(access_review_id))


@api.post("/access-reviews/<uuid:access_review_id>/cancel")
@requires(may.REVIEWS_WRITE)
@api.input(CancelIn)
@api.output(ReviewOut)
def cancel_access_review(access_review_id: UUID, json_data: CancelIn) -> ReviewOut:
    """End it without settling anything. What was withdrawn stays so."""
    return showing.review(campaigns.cancel(access_review_id, json_data.reason))


@api.get("/access-reviews/<uuid:access_review_id>/report")
@requires(may.REVIEWS_READ)
@api.input(ReportQuery, location="query")
@api.doc(summary="The signed report", responses=REPORT)
def get_access_review_report(access_review_id: UUID, query_data: ReportQuery) -> Response:
    """Of a review that runs, what is decided so far. `stackroom reviews verify` checks it."""
    return report_file(access_review_id, query_data.format)
