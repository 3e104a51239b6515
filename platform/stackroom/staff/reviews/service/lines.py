"""The lines of a review: pages of them, how many are in which state, what has become of a role."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.models import RoleGrant
from stackroom.staff.reviews.models import AccessReviewLine, LineState
from stackroom.staff.reviews.schemas import LineQuery, Standing

ORDER = (AccessReviewLine.person, AccessReviewLine.account_id, AccessReviewLine.role)


def lines(review_id: UUID, query: LineQuery) -> Page[AccessReviewLine]:
    wanted = _of(review_id, query.state).order_by(*ORDER, AccessReviewLine.id)
    if query.account_id:
        wanted = wanted.where(AccessReviewLine.account_id == query.account_id)
    return paginate(db.session(), wanted, query)


def people(
    review_id: UUID, state: LineState | None, query: PageQuery
) -> Page[list[AccessReviewLine]]:
    """A page of persons, each with their lines."""
    ids = (
        _of(review_id, state)
        .with_only_columns(AccessReviewLine.account_id)
        .group_by(AccessReviewLine.account_id)
        .order_by(sa.func.min(AccessReviewLine.person), AccessReviewLine.account_id)
    )
    page = paginate(db.session(), ids, query)
    shown = _of(review_id, state).where(AccessReviewLine.account_id.in_(page.items))
    of_person: dict[UUID, list[AccessReviewLine]] = {account_id: [] for account_id in page.items}
    for line in db.session.scalars(shown.order_by(*ORDER, AccessReviewLine.id)):
        of_person[line.account_id].append(line)
    return page.map(of_person.__getitem__)


def every(review_id: UUID, state: LineState | None = None) -> Sequence[AccessReviewLine]:
    return db.session.scalars(_of(review_id, state).order_by(*ORDER, AccessReviewLine.id)).all()


def _of(review_id: UUID, state: LineState | None) -> sa.Select[AccessReviewLine]:
    wanted = sa.select(AccessReviewLine).where(AccessReviewLine.access_review_id == review_id)
    return wanted.where(AccessReviewLine.state == state) if state else wanted


def line(review_id: UUID, line_id: UUID) -> AccessReviewLine:
    """Locked, so that two reviewers decide one after the other. Raises NotFound."""
    wanted = _of(review_id, None).where(AccessReviewLine.id == line_id).with_for_update()
    found = db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def of_person(review_id: UUID, account_id: UUID) -> Sequence[AccessReviewLine]:
    """What is open of somebody, locked. Raises NotFound where nothing was asked about them."""
    theirs = _of(review_id, None).where(AccessReviewLine.account_id == account_id)
    locked = theirs.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(locked.order_by(AccessReviewLine.id)).all()
    if not found:
        raise NotFound
    return [line for line in found if line.state is LineState.OPEN]


def standings(shown: Iterable[AccessReviewLine]) -> dict[UUID, Standing]:
    """By line. A role that was taken and given again is another grant, so its line is gone."""
    shown = list(shown)
    wanted = sa.select(RoleGrant).where(RoleGrant.id.in_({line.grant_id for line in shown}))
    held = {grant.id: grant for grant in db.session.scalars(wanted)}
    return {line.id: _standing(line, held.get(line.grant_id)) for line in shown}


def _standing(line: AccessReviewLine, grant: RoleGrant | None) -> Standing:
    if grant is None or grant.is_over(clock.now()):
        return "gone"
    return "same" if (grant.library_id, grant.until) == (line.library_id, line.until) else "changed"
