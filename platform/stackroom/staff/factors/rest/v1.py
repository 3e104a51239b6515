"""v1 of second factors. Setting one up is a page's work: its answers hold secrets."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from stackroom.core import clock
from stackroom.core.http import principal
from stackroom.core.limits import attempts
from stackroom.core.permissions import PROOF_LASTS, requires
from stackroom.staff.authentication import hasher
from stackroom.staff.factors import queries
from stackroom.staff.factors.here import seal
from stackroom.staff.factors.permissions import SECURITY_READ, SECURITY_WRITE
from stackroom.staff.factors.schemas import (
    FactorsOut,
    PasskeyOut,
    ProofIn,
    ProofOut,
    SecurityIn,
    SecurityOut,
)
from stackroom.staff.factors.service import proofs, requirements
from stackroom.staff.permissions import ME_READ

api = APIBlueprint("factors_v1", __name__, url_prefix="/api/v1", tag="Second factors")


@api.post("/auth/proofs")
@requires(ME_READ, open_when_suspended=True)
@attempts(30, timedelta(minutes=1))
@api.input(ProofIn)
@api.output(ProofOut)
@api.doc(summary="Confirm that it is you")
def create_proof(json_data: ProofIn) -> ProofOut:
    """For what answers `step_up_required`: send your password or a code, then try it again."""
    if json_data.password:
        proofs.by_password(principal(), json_data.password, hasher())
    else:
        proofs.by_code(principal(), json_data.otp or "", seal())
    return ProofOut(valid_until=clock.now() + PROOF_LASTS)


@api.get("/me/factors")
@requires(ME_READ)
@api.output(FactorsOut)
@api.doc(summary="My second factors")
def my_factors() -> FactorsOut:
    """They are set up and removed by page, at /account/security."""
    held = queries.held(principal().id)
    return FactorsOut(
        authenticator_app=held.app,
        passkeys=[PasskeyOut.model_validate(one) for one in held.passkeys],
        recovery_codes_left=held.codes,
    )


@api.get("/security")
@requires(SECURITY_READ)
@api.output(SecurityOut)
@api.doc(summary="Roles that need a second factor")
def get_security() -> SecurityOut:
    return SecurityOut(roles=requirements.required())


@api.put("/security")
@requires(SECURITY_WRITE, step_up=True)
@api.input(SecurityIn)
@api.output(SecurityOut)
@api.doc(summary="Say which roles need a second factor")
def change_security(json_data: SecurityIn) -> SecurityOut:
    """Whoever holds one of them and has no factor may only set one up, from the next request on."""
    return SecurityOut(roles=requirements.require(json_data.roles))


@api.delete("/accounts/<uuid:account_id>/factors")
@requires(SECURITY_WRITE, step_up=True)
@api.output({}, 204)
@api.doc(summary="Remove somebody's lost factors")
def delete_factors(account_id: UUID) -> Any:
    """All of them. They are told by mail, and every device of theirs is signed out."""
    requirements.take_away(requirements.somebody(account_id))
    return ""
