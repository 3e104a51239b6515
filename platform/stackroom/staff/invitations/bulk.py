"""Many invitations at once: each row is taken or refused by itself, and told of by itself."""

from collections.abc import Sequence

from pydantic import ValidationError

from stackroom.core import problems
from stackroom.core.database import db
from stackroom.core.errors import Invalid, Problem
from stackroom.core.permissions import Principal
from stackroom.staff.invitations import queries, service
from stackroom.staff.invitations.models import Invitation
from stackroom.staff.invitations.schemas import BulkOut, InvitationIn, RowOut
from stackroom.staff.invitations.sheets import Row

TOO_MANY = (
    "The row has more cells than the head; put several roles into quotes, or a | between them."
)


def invite_all(inviter: Principal, rows: Sequence[Row], *, dry_run: bool) -> BulkOut:
    """A dry run invites and takes back, so that it meets whatever the real one would."""
    with db.session.begin_nested() as savepoint:
        told = [_row(inviter, row, dry_run=dry_run) for row in rows]
        warning = queries.plan_warning()
        if dry_run:
            savepoint.rollback()
    refused = sum(each.result == "refused" for each in told)
    return BulkOut(
        dry_run=dry_run, invited=len(told) - refused, refused=refused, warning=warning, rows=told
    )


def _row(inviter: Principal, row: Row, *, dry_run: bool) -> RowOut:
    told = RowOut(
        line=row.line,
        email=row.email,
        name=row.name,
        roles=";".join(row.roles),
        result="would_be_invited" if dry_run else "invited",
    )
    try:
        made = _invite(inviter, row)
    except Problem as problem:
        message = " ".join(dict.fromkeys(error.message for error in problem.errors))
        refused = {"result": "refused", "code": problem.code, "message": message or problem.detail}
        return told.model_copy(update=refused)
    return told if dry_run else told.model_copy(update={"invitation_id": made.id})


def _invite(inviter: Principal, row: Row) -> Invitation:
    if row.too_many:
        raise Invalid.field("roles", TOO_MANY)
    try:
        given = InvitationIn(email=row.email, name=row.name or None, roles=list(row.roles))
    except ValidationError as error:
        raise problems.invalid(error) from None
    with db.session.begin_nested():
        return service.invite(inviter, **given.model_dump(exclude={"grants"}))
