"""v1 of the seals of the audit."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g

from stackroom.core.pagination import PageQuery
from stackroom.core.permissions import requires
from stackroom.oversight.seals import downloads, showing
from stackroom.oversight.seals import permissions as may
from stackroom.oversight.seals.models import EvidenceFile, SealCheck
from stackroom.oversight.seals.schemas import (
    CheckOut,
    CheckPage,
    CheckpointOut,
    CheckpointPage,
    DeliveryIn,
    DeliveryOut,
    EvidenceIn,
    EvidenceOut,
    EvidencePage,
    SealKeyOut,
    SealKeysOut,
    StandingOut,
)
from stackroom.oversight.seals.service import delivering, jobs, keys, sealing
from stackroom.oversight.seals.service.sealing import WHY
from tenants import context

api = APIBlueprint("seals_v1", __name__, url_prefix="/api/v1", tag="Audit seals")
FILE: dict[int | str, Any] = {
    200: {
        "description": "JSON Lines, packed by gzip, as `verify.py` reads them",
        "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
PROOF: dict[int | str, Any] = {
    200: {
        "description": "The entry’s rows, and their way to a signed root",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@api.get("/audit/seals")
@requires(may.SEALS_READ)
@api.output(StandingOut)
@api.doc(summary="How far the audit is sealed")
def get_audit_seals() -> StandingOut:
    return showing.standing()


@api.get("/audit/checkpoints")
@requires(may.SEALS_READ)
@api.input(PageQuery, location="query")
@api.output(CheckpointPage)
def list_audit_checkpoints(query_data: PageQuery) -> CheckpointPage:
    """Newest first."""
    page = sealing.checkpoints(query_data).map(showing.checkpoint)
    g.links = page.links()
    return CheckpointPage.model_validate(page)


@api.post("/audit/checkpoints")
@requires(may.SEALS_OWN)
@api.output(StandingOut, 202)
@api.doc(summary="Seal what waits, now")
def create_audit_checkpoint() -> StandingOut:
    """A worker does it at once, rather than within minutes."""
    jobs.ask_to_seal()
    return showing.standing()


@api.get("/audit/checkpoints/<int:number>")
@requires(may.SEALS_READ)
@api.output(CheckpointOut)
def get_audit_checkpoint(number: int) -> CheckpointOut:
    return showing.checkpoint(sealing.checkpoint(number))


@api.get("/audit/entries/<entry_id>/proof")
@requires(may.SEALS_READ, open_when_suspended=True, writes=True)
@api.doc(summary="The proof of one entry", responses=PROOF)
def get_audit_entry_proof(entry_id: str) -> Response:
    """That the entry stands in a signed checkpoint, as it is; for `verify.py --proof`."""
    return downloads.proof(entry_id)


@api.get("/audit/seal-keys")
@requires(may.SEALS_READ)
@api.output(SealKeysOut)
def list_audit_seal_keys() -> SealKeysOut:
    """Newest first. They are published at /.well-known/stackroom-audit-keys.json as well."""
    return SealKeysOut(items=showing.all_keys())


@api.post("/audit/seal-keys")
@requires(may.SEALS_MANAGE, step_up=True)
@api.output(SealKeyOut, 201)
@api.doc(summary="Replace the key that seals")
def create_audit_seal_key() -> SealKeyOut:
    """The old key signs the new one, and is destroyed."""
    return showing.key(keys.rotate(showing.vault()), in_force=True)


@api.post("/audit/seal-checks")
@requires(may.SEALS_OWN, open_when_suspended=True)
@api.output(CheckOut, 202)
@api.doc(summary="Check the seals")
def create_audit_seal_check() -> CheckOut:
    """Every row is compared with what is sealed; a worker does it."""
    with context.writing_though_read_only(WHY):
        return CheckOut.model_validate(jobs.ask_check())


@api.get("/audit/seal-checks")
@requires(may.SEALS_READ)
@api.input(PageQuery, location="query")
@api.output(CheckPage)
def list_audit_seal_checks(query_data: PageQuery) -> CheckPage:
    page = jobs.jobs(SealCheck, query_data).map(CheckOut.model_validate)
    g.links = page.links()
    return CheckPage.model_validate(page)


@api.get("/audit/seal-checks/<uuid:audit_seal_check_id>")
@requires(may.SEALS_READ)
@api.output(CheckOut)
def get_audit_seal_check(audit_seal_check_id: UUID) -> CheckOut:
    return CheckOut.model_validate(jobs.job(SealCheck, audit_seal_check_id))


@api.post("/audit/evidence")
@requires(may.SEALS_OWN, open_when_suspended=True)
@api.input(EvidenceIn)
@api.output(EvidenceOut, 202)
@api.doc(summary="Ask for evidence")
def create_audit_evidence(json_data: EvidenceIn) -> EvidenceOut:
    """A span of checkpoints with every row they seal, in one file; a worker makes it."""
    with context.writing_though_read_only(WHY):
        made = jobs.ask_evidence(json_data.first, json_data.last)
        return EvidenceOut.model_validate(made)


@api.get("/audit/evidence")
@requires(may.SEALS_READ)
@api.input(PageQuery, location="query")
@api.output(EvidencePage)
def list_audit_evidence(query_data: PageQuery) -> EvidencePage:
    page = jobs.jobs(EvidenceFile, query_data).map(EvidenceOut.model_validate)
    g.links = page.links()
    return EvidencePage.model_validate(page)


@api.get("/audit/evidence/<uuid:audit_evidence_file_id>")
@requires(may.SEALS_READ)
@api.output(EvidenceOut)
def get_audit_evidence(audit_evidence_file_id: UUID) -> EvidenceOut:
    return EvidenceOut.model_validate(jobs.job(EvidenceFile, audit_evidence_file_id))


@api.get("/audit/evidence/<uuid:audit_evidence_file_id>/file")
@requires(may.SEALS_READ, open_when_suspended=True, writes=True)
@api.doc(responses=FILE)
def download_audit_evidence(audit_evidence_file_id: UUID) -> Response:
    """That it was downloaded is kept in the audit."""
    return downloads.evidence(audit_evidence_file_id)


@api.get("/audit/seal-delivery")
@requires(may.SEALS_READ)
@api.output(DeliveryOut)
def get_audit_seal_delivery() -> DeliveryOut:
    return showing.delivery()


@api.put("/audit/seal-delivery")
@requires(may.SEALS_MANAGE, step_up=True)
@api.input(DeliveryIn)
@api.output(DeliveryOut)
@api.doc(summary="Say where checkpoints go")
def set_audit_seal_delivery(json_data: DeliveryIn) -> DeliveryOut:
    delivering.change(json_data, showing.outbound())
    return showing.delivery()
