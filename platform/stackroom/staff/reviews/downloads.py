"""The report of a review on its way out."""

from uuid import UUID

from flask import Response

from stackroom.core.http import app
from stackroom.core.signing import Signer
from stackroom.files.downloads import attached
from stackroom.staff.reviews import documents, showing
from stackroom.staff.reviews.service import campaigns, lines
from tenants import context

TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


def report_file(review_id: UUID, kind: str) -> Response:
    """`kind`: of TYPES. Raises NotFound."""
    found = campaigns.review(review_id)
    asked = lines.every(review_id)
    if kind == "csv":
        body = b"".join(documents.spreadsheet(asked))
    else:
        facts = documents.report(showing.review(found), [showing.line(each, {}) for each in asked])
        body = documents.signed(context.current(), facts, Signer(app().settings))
    name = f"{context.current().slug}-access-review-{found.due_on}.{kind}"
    return attached(body, TYPES[kind], name)
