"""v1 of invitations."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core.http import principal
from stackroom.core.limits import attempts
from stackroom.core.permissions import public, requires
from stackroom.staff.authentication import hasher
from stackroom.staff.invitations import acceptance, bulk, queries, service, sheets
from stackroom.staff.invitations import permissions as may
from stackroom.staff.invitations.models import Invitation
from stackroom.staff.invitations.schemas import (
    AcceptanceIn,
    BulkIn,
    BulkOut,
    InvitationIn,
    InvitationOut,
    InvitationPage,
    InvitationQuery,
    InvitationSent,
)
from stackroom.staff.rest.v1 import wanted
from stackroom.staff.schemas import StaffOut

api = APIBlueprint("invitations_v1", __name__, url_prefix="/api/v1", tag="Organisation and staff")


@api.post("/invitations")
@requires(may.INVITATIONS_WRITE, step_up=True)
@api.input(InvitationIn)
@api.output(InvitationSent, 201)
@api.doc(summary="Invite somebody")
def create_invitation(json_data: InvitationIn) -> InvitationSent:
    """Invite somebody to work here. They get a mail whose link serves once, for seven days. You
    can give only roles that may do no more than you."""
    given = json_data.model_dump(exclude={"grants"})
    return _sent(service.invite(principal(), **given, grants=wanted(json_data.grants)))


@api.get("/invitations")
@requires(may.INVITATIONS_READ)
@api.input(InvitationQuery, location="query")
@api.output(InvitationPage)
def list_invitations(query_data: InvitationQuery) -> InvitationPage:
    page = queries.invitations(query_data).map(_shown)
    g.links = page.links()
    return InvitationPage.model_validate(page)


@api.get("/invitations/<uuid:invitation_id>")
@requires(may.INVITATIONS_READ)
@api.output(InvitationOut)
def get_invitation(invitation_id: UUID) -> InvitationOut:
    return _shown(service.invitation(invitation_id))


@api.post("/invitations/<uuid:invitation_id>/resend")
@requires(may.INVITATIONS_WRITE, step_up=True)
@api.output(InvitationSent)
@api.doc(summary="Send an invitation again")
def resend_invitation(invitation_id: UUID) -> InvitationSent:
    """For seven days from now. The link that was sent before serves no more, and you vouch for the
    roles from now on."""
    return _sent(service.resend(principal(), invitation_id))


@api.delete("/invitations/<uuid:invitation_id>")
@requires(may.INVITATIONS_WRITE)
@api.output({}, 204)
@api.doc(summary="Revoke an invitation")
def delete_invitation(invitation_id: UUID) -> Any:
    """Its link serves no more; the invitation stays in the list."""
    service.revoke(invitation_id)
    return ""


@api.post("/invitations/acceptances")
@public("the link in the mail is the proof")
@attempts(30, timedelta(hours=1))
@api.input(AcceptanceIn)
@api.output(StaffOut, 201)
@api.doc(summary="Accept an invitation")
def create_acceptance(json_data: AcceptanceIn) -> StaffOut:
    """Opens the account; then sign in with the password."""
    account = acceptance.accept(**json_data.model_dump(), hasher=hasher())
    return StaffOut.model_validate(account)


@api.post("/invitations/bulk")
@requires(may.INVITATIONS_WRITE, step_up=True)
@api.input(BulkIn, location="form_and_files")
@api.output(BulkOut)
@api.doc(summary="Invite many from a CSV file")
def create_invitations(form_and_files_data: BulkIn) -> BulkOut:
    """The first line names the columns `email`, `name` and `roles`; several roles stand with `|`
    or, in quotes, `;` between them. Each row is answered by itself: a bad one stops no other."""
    rows = sheets.read(form_and_files_data.file.read())
    return bulk.invite_all(principal(), rows, dry_run=form_and_files_data.dry_run)


def _sent(invitation: Invitation) -> InvitationSent:
    return InvitationSent(**_shown(invitation).model_dump(), warning=queries.plan_warning())


def _shown(invitation: Invitation) -> InvitationOut:
    return InvitationOut.model_validate(invitation)
