"""Seals as the API and the pages show them."""

from stackroom.core.http import app
from stackroom.core.outbound import Outbound
from stackroom.core.sealing import Seal
from stackroom.oversight.seals import statements
from stackroom.oversight.seals.models import AuditCheckpoint, AuditKey
from stackroom.oversight.seals.schemas import (
    CheckOut,
    CheckpointOut,
    DeliveryOut,
    SealKeyOut,
    StandingOut,
)
from stackroom.oversight.seals.service import delivering, jobs, keys, sealing


def vault() -> Seal:
    """Where private keys rest."""
    return Seal(app().settings, keys.PURPOSE)


def checkpoint(row: AuditCheckpoint) -> CheckpointOut:
    told = statements.checkpoint(row)
    return CheckpointOut.model_validate({**told, "hash": statements.digest(row)})


def key(row: AuditKey, *, in_force: bool) -> SealKeyOut:
    return SealKeyOut.model_validate({**statements.key(row), "in_force": in_force})


def all_keys() -> list[SealKeyOut]:
    """Newest first."""
    rows = keys.published()
    return [key(row, in_force=row is rows[-1]) for row in reversed(rows)]


def standing() -> StandingOut:
    newest, check = sealing.latest(), jobs.last_check()
    return StandingOut(
        sealed_until=newest.made_at if newest else None,
        checkpoint=newest.number if newest else 0,
        waiting=sealing.waiting(),
        check=CheckOut.model_validate(check) if check else None,
    )


def delivery() -> DeliveryOut:
    found = delivering.settings()
    return DeliveryOut.model_validate(found or _NOWHERE)


_NOWHERE = {"rhythm": "never", "addresses": [], "url": "", "sent_number": 0, "sent_at": None}


def outbound() -> Outbound:
    return Outbound(inward=app().settings.environment in ("development", "testing"))
