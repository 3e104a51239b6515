"""The pages of access reviews."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from stackroom.core.http import principal
from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.staff.reviews import permissions as may
from stackroom.staff.reviews import showing
from stackroom.staff.reviews.downloads import report_file
from stackroom.staff.reviews.models import AccessReview, LineState, ReviewState
from stackroom.staff.reviews.schemas import CancelIn, DecisionIn, NoteIn, PeopleQuery, ReviewForm
from stackroom.staff.reviews.service import campaigns, closing, deciding, lines, reviewers, starting
from stackroom.staff.reviews.web import words
from stackroom.staff.roles.service import staff_roles
from stackroom.web.forms import Form, submitted

web = Blueprint("reviews", __name__, url_prefix="/staff/reviews", template_folder="templates")


@web.context_processor
def page_words() -> dict[str, Any]:
    return {"words": words}


@web.get("")
@requires(may.REVIEWS_READ)
def index() -> str:
    page = campaigns.reviews(PageQuery.model_validate(request.args.to_dict()))
    shown = showing.reviews(page.items)
    return render_template("reviews/index.html", page=page, reviews=shown)


@web.get("/new")
@requires(may.REVIEWS_WRITE)
def new() -> str:
    return render_template("reviews/new.html", form=Form(ReviewForm, words.PROPOSED), **_choices())


@web.post("/new")
@requires(may.REVIEWS_WRITE)
def start() -> WerkzeugResponse:
    form = submitted(ReviewForm)
    with form.or_again("reviews/new.html", **_choices()) as given:
        started = starting.start(given)
    flash(f"“{started.name}” has begun; the reviewers get a mail.", "success")
    return _to(started.id)


def _choices() -> dict[str, object]:
    return {
        "roles": [(role.key, role.title) for role in staff_roles()],
        "people": [(str(who.id), who.name) for who in reviewers.deciders()],
    }


@web.get("/<uuid:access_review_id>")
@requires(may.REVIEWS_READ)
def show(access_review_id: UUID) -> str:
    query = PeopleQuery.model_validate(request.args.to_dict())
    found = campaigns.review(access_review_id)
    page = lines.people(found.id, query.state, query)
    asked = [line for theirs in page.items for line in theirs]
    standings = lines.standings(asked) if found.state is ReviewState.OPEN else {}
    return render_template(
        "reviews/show.html",
        review=showing.review(found),
        page=page.map(lambda theirs: [showing.line(line, standings) for line in theirs]),
        query=query,
        decides=_decides(found),
        decides_alone=deciding.may_decide_alone(found),
    )


def _decides(found: AccessReview) -> bool:
    """Whether whoever looks is one of those who were asked."""
    if found.state is not ReviewState.OPEN or not principal().may(may.REVIEWS_DECIDE):
        return False
    return principal().id in {who.id for who in reviewers.of(found)}


@web.post("/<uuid:access_review_id>/lines/<uuid:access_review_line_id>")
@requires(may.REVIEWS_DECIDE)
def decide(access_review_id: UUID, access_review_line_id: UUID) -> WerkzeugResponse:
    given = DecisionIn.model_validate(_given("decision", "note"))
    line = deciding.decide(
        access_review_id, access_review_line_id, LineState(given.decision), given.note
    )
    flash(f"{line.person}, {line.title}: {line.state}.", "success")
    return _to(access_review_id, line.account_id)


@web.post("/<uuid:access_review_id>/people/<uuid:account_id>/confirm")
@requires(may.REVIEWS_DECIDE)
def confirm_person(access_review_id: UUID, account_id: UUID) -> WerkzeugResponse:
    given = NoteIn.model_validate(_given("note"))
    number = deciding.confirm_person(access_review_id, account_id, given.note)
    flash(f"{number} roles are confirmed." if number != 1 else "One role is confirmed.", "success")
    return _to(access_review_id, account_id)


@web.post("/<uuid:access_review_id>/close")
@requires(may.REVIEWS_WRITE)
def close(access_review_id: UUID) -> WerkzeugResponse:
    closed = closing.close(access_review_id)
    flash(f"“{closed.name}” is over; the report is ready.", "success")
    return _to(access_review_id)


@web.post("/<uuid:access_review_id>/cancel")
@requires(may.REVIEWS_WRITE)
def cancel(access_review_id: UUID) -> WerkzeugResponse:
    found = campaigns.review(access_review_id)
    given = CancelIn.model_validate(_given("reason"))
    cancelled = campaigns.cancel(found.id, given.reason)
    flash(f"“{cancelled.name}” is cancelled. What was withdrawn stays so.", "success")
    return _to(access_review_id)


@web.get("/<uuid:access_review_id>/report")
@requires(may.REVIEWS_READ)
def report(access_review_id: UUID) -> str:
    found = campaigns.review(access_review_id)
    shown = [showing.line(line, {}) for line in lines.every(found.id)]
    return render_template("reviews/report.html", review=showing.review(found), lines=shown)


@web.get("/<uuid:access_review_id>/report.json")
@requires(may.REVIEWS_READ)
def report_json(access_review_id: UUID) -> Response:
    return report_file(access_review_id, "json")


@web.get("/<uuid:access_review_id>/report.csv")
@requires(may.REVIEWS_READ)
def report_csv(access_review_id: UUID) -> Response:
    return report_file(access_review_id, "csv")


def _given(*names: str) -> dict[str, str]:
    return {name: request.form[name] for name in names if name in request.form}


def _to(review_id: UUID, account_id: UUID | None = None) -> WerkzeugResponse:
    """Back to the page of the review where one was, at that person."""
    asked = PeopleQuery.model_validate(request.args.to_dict()).model_dump(exclude_defaults=True)
    anchor = f"person-{account_id}" if account_id else None
    return redirect(url_for(".show", access_review_id=review_id, **asked, _anchor=anchor), 303)
