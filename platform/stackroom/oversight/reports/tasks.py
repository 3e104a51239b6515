"""What the worker does when the outbox says that a report waits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from stackroom.core.actor import Actor, acting_as, provenance
from stackroom.core.database import transaction
from stackroom.core.features import registry
from stackroom.oversight.reports import queries
from stackroom.oversight.reports.models import UNDERWAY, RunState
from stackroom.oversight.reports.permissions import REPORTS_READ
from stackroom.oversight.reports.service import running

log = structlog.get_logger()
BROKE = "Something broke on our side; it has been recorded. Run the report again."
MAY_NO_LONGER = "{who} may no longer run reports. Whoever may can run it again."


def run_report(_message_id: UUID, payload: Mapping[str, Any]) -> None:
    """In the name of whoever asked, as long as they may.

    Raises:
        OperationalError: the database is away; run again later.
    """
    run_id, by = UUID(payload["run_id"]), Actor.read(payload["by"])
    with acting_as(replace(provenance(), actor=by)):
        if not _begin(run_id, by):
            return
        try:
            with transaction():
                running.make(queries.locked_run(run_id))
        except OperationalError:
            raise
        except Exception:
            log.exception("report_failed", run_id=str(run_id))
            _fail(run_id, BROKE)


def _begin(run_id: UUID, by: Actor) -> bool:
    with transaction():
        found = queries.locked_run(run_id)
        if found.state not in UNDERWAY:
            return False
        if registry.still_may(by, REPORTS_READ):
            found.state = RunState.RUNNING
            return True
        running.fail(run_id, MAY_NO_LONGER.format(who=by.label))
        return False


def _fail(run_id: UUID, why: str) -> None:
    with transaction():
        running.fail(run_id, why)
