"""The two kinds of task there are. A standing test finds any that is of neither kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, ClassVar

import sqlalchemy as sa
import structlog
from celery import Task
from celery.exceptions import Ignore
from sqlalchemy.exc import SQLAlchemyError

from stackroom.audit.events import record
from stackroom.core.actor import acting_as
from stackroom.core.database import behind_the_scenes, db, transaction
from stackroom.core.http import Stackroom
from stackroom.jobs import events
from stackroom.jobs.envelope import HEADER, BadEnvelope, Envelope, seal, unseal
from stackroom.observability import tracing
from stackroom.observability.metrics import JOB_SECONDS, JOBS
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.models import Organisation

log = structlog.get_logger()
served: dict[str, Stackroom] = {}
"""The app of this process: Celery calls tasks without one."""


class Job(Task):  # type: ignore[type-arg]  # only Celery's stubs know parameters
    """Works for one organisation, which is open while it runs and not a moment longer."""

    abstract = True

    def apply_async(  # type: ignore[override]  # the stubs name each option
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """Raises NoTenant or NoActor."""
        headers = {**(options.pop("headers", None) or {}), HEADER: seal().as_header()}
        return super().apply_async(args, kwargs, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            envelope = unseal(self.request.headers)
        except BadEnvelope as error:
            JOBS.labels(self.name, "refused").inc()
            log.warning("job_refused", job=self.name, error=str(error))
            raise Ignore(str(error)) from None  # no second try would mend it
        with _measured(self.name), served["app"].app_context(), _opened(envelope, self.name) as it:
            if it is None:
                return None
            with _noted(self.name):
                return self.run(*args, **kwargs)


class PlatformJob(Task):  # type: ignore[type-arg]  # as above
    """Belongs to no organisation, and says why."""

    abstract = True
    why: ClassVar[str] = ""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with _measured(self.name), served["app"].app_context(), _noted(self.name):
            return self.run(*args, **kwargs)


@contextmanager
def _opened(envelope: Envelope, name: str) -> Iterator[Tenant | None]:
    """None for an organisation that is not there."""
    tenant = _tenant(envelope)
    if tenant is None:
        yield None
        return
    with (
        context.acting_for(tenant),
        acting_as(envelope.provenance),
        behind_the_scenes(),
        tracing.span(f"job {name}", parent=envelope.traceparent),
    ):
        yield tenant


def _tenant(envelope: Envelope) -> Tenant | None:
    with reads_only(), transaction(), context.unscoped("open the organisation of a job"):
        found = db.session.scalar(
            sa.select(Organisation).where(Organisation.uuid == envelope.organisation)
        )
        return found.as_tenant() if found else None


@contextmanager
def _noted(name: str) -> Iterator[None]:
    """One line for each job, as for each request, while its organisation is still open: what
    Celery says of it comes later and names none."""
    began = perf_counter()
    try:
        yield
    except Exception as error:
        log.exception("job_failed", job=name)
        if context.current_or_none():
            _tell_failure(name, error)
        raise
    log.info("job", job=name, ms=round((perf_counter() - began) * 1000, 1))


def _tell_failure(name: str, error: Exception) -> None:
    """In the trail of its organisation: the log is the platform's alone."""
    try:
        with context.writing_though_read_only("what failed is told"), transaction():
            record(events.FAILED, label=name, why=type(error).__name__)
    except SQLAlchemyError as unwritten:  # the fault may be that of the database
        log.warning("job_failure_not_told", error=str(unwritten))


@contextmanager
def _measured(name: str) -> Iterator[None]:
    began, outcome = perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        JOBS.labels(name, outcome).inc()
        JOB_SECONDS.labels(name).observe(perf_counter() - began)
