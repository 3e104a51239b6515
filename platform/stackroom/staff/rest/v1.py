"""v1 of signing up, signing in, and staff."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from stackroom.core import etags
from stackroom.core.http import app, principal
from stackroom.core.limits import attempts
from stackroom.core.permissions import Host, public, requires
from stackroom.staff import permissions as may
from stackroom.staff import queries, service, sign_in, sign_up, tokens
from stackroom.staff.authentication import hasher
from stackroom.staff.factors.here import seal
from stackroom.staff.factors.service import entering
from stackroom.staff.models import Account
from stackroom.staff.roles.granting import Wanted
from stackroom.staff.schemas import (
    Credentials,
    GrantIn,
    MeOut,
    OrganisationOut,
    OrganisationRef,
    RefreshIn,
    SignUp,
    StaffChange,
    StaffIn,
    StaffOut,
    StaffPage,
    StaffQuery,
    TokensOut,
    VerificationIn,
)
from tenants import context
from tenants.models import Organisation

api = APIBlueprint("staff_v1", __name__, url_prefix="/api/v1", tag="Organisation and staff")


@api.post("/organisations")
@public("an organisation signs up before anybody can sign in", host=Host.PLATFORM)
@attempts(10, timedelta(hours=1))
@api.input(SignUp)
@api.output(OrganisationOut, 201)
@api.doc(summary="Sign up")
def create_organisation(json_data: SignUp) -> OrganisationOut:
    """Sign up. The organisation opens when its admin follows the link in the mail."""
    organisation = sign_up.sign_up(
        sign_up.NewOrganisation(**json_data.model_dump()),
        base_domain=app().settings.base_domain,
        hasher=hasher(),
    )
    return _organisation(organisation)


@api.post("/organisations/verifications")
@public("the link in the mail is the proof", host=Host.PLATFORM)
@attempts(30, timedelta(hours=1))
@api.input(VerificationIn)
@api.output(OrganisationOut)
def verify_organisation(json_data: VerificationIn) -> OrganisationOut:
    secret = app().settings.secret_key.get_secret_value()
    return _organisation(sign_up.verify(json_data.token, secret))


def _organisation(found: Organisation) -> OrganisationOut:
    return OrganisationOut(
        id=found.uuid,
        slug=found.slug,
        name=found.name,
        status=found.status,
        url=app().settings.origin(found.host),
    )


@api.post("/auth/tokens")
@public("signing in", open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
@api.input(Credentials)
@api.output(TokensOut)
@api.doc(summary="Sign in")
def create_tokens(json_data: Credentials) -> TokensOut:
    """Sign in for the API. Where the account has a second factor, `otp` is asked for, by 401 with
    the code `otp_required`. The refresh token serves once; using it twice closes the session."""
    signed_in = entering.at_once(
        **json_data.model_dump(),
        lifetime=timedelta(days=app().settings.refresh_token_days),
        passwords=hasher(),
        seal=seal(),
    )
    return _tokens(signed_in)


@api.post("/auth/tokens/refresh")
@public("the refresh token is the proof", open_when_suspended=True)
@attempts(60, timedelta(minutes=1))
@api.input(RefreshIn)
@api.output(TokensOut)
def refresh_tokens(json_data: RefreshIn) -> TokensOut:
    lifetime = timedelta(days=app().settings.refresh_token_days)
    return _tokens(sign_in.refresh(json_data.refresh_token, lifetime=lifetime))


def _tokens(signed_in: sign_in.SignedIn) -> TokensOut:
    lifetime = timedelta(minutes=app().settings.access_token_minutes)
    return TokensOut(
        access_token=tokens.issue(signed_in.account.id, signed_in.session.id, lifetime),
        refresh_token=signed_in.refresh_token,
        expires_in=int(lifetime.total_seconds()),
    )


@api.delete("/auth/tokens")
@requires(may.ME_READ, open_when_suspended=True)
@api.output({}, 204)
@api.doc(summary="Sign out")
def delete_tokens() -> Any:
    """Sign out: access and refresh token stop serving at once."""
    sign_in.sign_out(principal().session_id)
    return ""


@api.get("/me")
@requires(may.ME_READ)
@api.output(MeOut)
@api.doc(summary="Who is signed in")
def me() -> MeOut:
    person, tenant = principal(), context.current()
    return MeOut(
        id=person.id,
        email=person.email,
        name=person.name,
        roles=list(person.roles),
        permissions=sorted(person.permissions),
        organisation=OrganisationRef(id=tenant.uuid, slug=tenant.slug, name=tenant.name),
    )


@api.get("/staff")
@requires(may.STAFF_READ)
@api.input(StaffQuery, location="query")
@api.output(StaffPage)
def list_staff(query_data: StaffQuery) -> StaffPage:
    page = queries.staff(query_data).map(_person)
    g.links = page.links()
    return StaffPage.model_validate(page)


@api.post("/staff")
@requires(may.STAFF_WRITE, step_up=True)
@api.input(StaffIn)
@api.output(StaffOut, 201)
def create_staff(json_data: StaffIn) -> Any:
    given = json_data.model_dump(exclude={"grants"})
    made = service.add(**given, grants=wanted(json_data.grants), hasher=hasher())
    location = f"{api.url_prefix}/staff/{made.id}"
    return _person(made), 201, {"ETag": etags.of(made), "Location": location}


@api.patch("/staff/<uuid:account_id>")
@requires(may.STAFF_WRITE, step_up=True)
@api.input(StaffChange)
@api.output(StaffOut)
def change_staff(account_id: UUID, json_data: StaffChange) -> Any:
    account = service.person(account_id)
    etags.check(account)
    given = json_data.model_dump(exclude_unset=True, exclude={"grants"})
    grants = None if json_data.grants is None else wanted(json_data.grants)
    changed = service.change(account, **given, grants=grants)
    return _person(changed), 200, {"ETag": etags.of(changed)}


@api.get("/staff/<uuid:account_id>")
@requires(may.STAFF_READ)
@api.output(StaffOut)
def get_staff(account_id: UUID) -> Any:
    found = service.person(account_id)
    return _person(found), 200, {"ETag": etags.of(found)}


@api.delete("/staff/<uuid:account_id>")
@requires(may.STAFF_WRITE, step_up=True)
@api.output({}, 204)
def delete_staff(account_id: UUID) -> Any:
    found = service.person(account_id)
    etags.check(found)
    service.remove(found)
    return ""


def wanted(given: Sequence[GrantIn]) -> list[Wanted]:
    return [Wanted(each.role, each.library_id, each.until) for each in given]


def _person(account: Account) -> StaffOut:
    return StaffOut.model_validate(account, from_attributes=True)
