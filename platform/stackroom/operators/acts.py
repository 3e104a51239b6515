"""The platform's own trail. Each act is a line of the transaction that did it."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.core import actor
from stackroom.core.database import db
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.operators.models import OperatorAct
from tenants.models import Organisation

ACTS = {
    "signed_in": "signed in",
    "sign_in_failed": "could not sign in",
    "signed_out": "signed out",
    "enrolled": "set up their second factor",
    "recovered": "signed in with a recovery code",
    "looked": "looked at",
    "suspended": "suspended",
    "resumed": "resumed",
    "plan_changed": "changed the plan of",
    "jobs_retried": "set the failed jobs going again of",
    "handed_over": "went as support to",
    "added": "was added",
    "disabled": "was disabled",
    "enabled": "was enabled",
    "factor_reset": "is to set up a new second factor",
}
"""A closed list, as events of an organisation are: `leave` takes no other."""


class ActQuery(PageQuery):
    organisation: UUID | None = None
    act: str = Field("", max_length=40)


def leave(
    act: str,
    organisation: Organisation | None = None,
    *,
    reason: str = "",
    of: tuple[UUID | None, str] | None = None,
) -> None:
    """Leave a line in the name of whoever acts, or `of` an operator who is not known as the
    actor yet: by id and name."""
    if act not in ACTS:
        raise LookupError(f"“{act}” is no act of an operator; see ACTS")
    present = actor.provenance()
    operator_id, name = of or (present.actor.id, present.actor.label)
    db.session.add(
        OperatorAct(
            operator_id=operator_id,
            operator_name=name[:200],
            act=act,
            organisation=organisation.uuid if organisation else None,
            slug=organisation.slug if organisation else "",
            reason=reason[:500],
            ip=present.ip,
            request_id=present.request_id,
        )
    )


def acts(query: ActQuery) -> Page[OperatorAct]:
    """Newest first; their ids grow with time."""
    wanted = sa.select(OperatorAct).order_by(OperatorAct.id.desc())
    if query.organisation:
        wanted = wanted.where(OperatorAct.organisation == query.organisation)
    if query.act:
        wanted = wanted.where(OperatorAct.act == query.act)
    return paginate(db.session(), wanted, query)
