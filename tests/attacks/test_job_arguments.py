"""A message in north's outbox, or a task on the broker, names what is harbour's."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.models import ImportJob, ImportStatus
from stackroom.core import outbox
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.outbox import OutboxMessage
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import row_id
from tenants.errors import NoTenant


@pytest.mark.usefixtures("harbour_untouched")
def test_a_message_of_ours_cannot_run_their_import(two: Neighbours) -> None:
    """The worker opens the organisation of the outbox, and theirs is not in it."""
    theirs = row_id(two.harbour, "import_jobs")
    with two.north.work("admin"):
        outbox.send("imports.run", {"import_id": theirs, "by": SYSTEM.as_json()})
    two.north.deliver()
    with two.north.work("admin") as session:
        waits = session.scalars(sa.select(OutboxMessage)).all()
        (message,) = (each for each in waits if each.payload.get("import_id") == theirs)
        assert message.attempts == 1
        assert message.last_error == "Nothing is here"


def test_their_message_is_not_delivered_by_our_worker(two: Neighbours) -> None:
    with two.harbour.work("admin") as session:
        job = session.get_one(
            ImportJob, (two.harbour.tenant.id, UUID(row_id(two.harbour, "import_jobs")))
        )
        job.status = ImportStatus.QUEUED
        service.queue(job)
    two.north.deliver()
    with two.harbour.work("admin") as session:
        statuses = set(session.scalars(sa.select(ImportJob.status)))
        assert ImportStatus.QUEUED in statuses


def test_a_worker_with_no_organisation_open_delivers_nothing(two: Neighbours) -> None:
    nobody = acting_as(Provenance(SYSTEM, Channel.JOB))
    with two.north.app.app_context(), nobody, pytest.raises(NoTenant):
        outbox.deliver()
