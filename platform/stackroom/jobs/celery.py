"""The same Celery app everywhere: Redis in production, the file system where there is none."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
import structlog
from celery import Celery
from celery.signals import setup_logging, worker_ready
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from stackroom.core import outbox
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.core.features import Chore, registry
from stackroom.core.http import Stackroom
from stackroom.core.outbox import Backlog
from stackroom.jobs.tasks import Job, PlatformJob, served
from stackroom.observability import metrics
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.lifecycle import Status
from tenants.models import Organisation

celery = Celery("stackroom")
log = structlog.get_logger()
SWEEP_SECONDS = 60.0
DELIVERING = frozenset(Status) - {Status.PURGED}
"""A purged organisation has nothing left to deliver."""


def install(app: Stackroom, settings: Settings) -> None:
    celery.conf.update(_broker(settings))
    celery.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,  # nothing waits behind a long import that others could do
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        beat_schedule=dict(_schedule()),
        beat_schedule_filename=str(settings.data_dir / "beat"),
    )
    setup_logging.connect(_leave_logs_alone)
    worker_ready.connect(_tell_metrics)
    app.extensions["celery"] = celery
    served["app"] = app
    outbox.wake_with(_wake)


def _schedule() -> Iterator[tuple[str, dict[str, object]]]:
    yield "sweep", {"task": sweep.name, "schedule": SWEEP_SECONDS}
    for chore in registry.chores:
        yield (
            chore.name,
            {"task": come_round.name, "schedule": chore.every, "args": (chore.name,)},
        )


def _leave_logs_alone(**_: object) -> None:
    """A receiver of this signal keeps Celery from setting up logs in its own form."""


def _tell_metrics(**_: object) -> None:
    """Where a server has started the worker, they stand on the server's page."""
    if port := served["app"].settings.worker_metrics_port:
        metrics.serve(port)


def _wake(tenant: Tenant) -> None:
    """A broker that is away loses nothing: the message stays, and the sweep finds it."""
    try:
        with context.acting_for(tenant):
            deliver.apply_async(retry=False)
    except OperationalError as error:
        log.warning("broker_unavailable", error=str(error))


@celery.task(base=Job, name="stackroom.deliver")
def deliver() -> int:
    return outbox.deliver() if context.current().status in DELIVERING else 0


@celery.task(base=Job, name="stackroom.chore")
def do_chore(name: str) -> None:
    chore = registry.chore(name)
    if context.current().status in chore.states:  # since it was called, the state may have changed
        chore.run()


@celery.task(base=PlatformJob, name="stackroom.sweep", why="visits every organisation")
def sweep() -> None:
    """Find messages whose wake-up was lost, and tell how late the latest is."""
    found = [_swept(tenant) for tenant in _organisations(DELIVERING)]
    metrics.OUTBOX_LATE.set(max((backlog.late for backlog in found), default=0))
    metrics.OUTBOX_GIVEN_UP.set(sum(backlog.given_up for backlog in found))


def _swept(tenant: Tenant) -> Backlog:
    """One whose silo is away keeps nobody else waiting."""
    with context.acting_for(tenant):
        try:
            backlog = outbox.backlog()
            if backlog.late:
                outbox.deliver()
        except SQLAlchemyError as error:
            log.warning("not_swept", error=type(error).__name__)
            return Backlog()
        return backlog


@celery.task(base=PlatformJob, name="stackroom.come_round", why="visits every organisation")
def come_round(name: str) -> None:
    """One job for each organisation, so that a slow one holds up nobody else's."""
    chore: Chore = registry.chore(name)
    for tenant in _organisations(chore.states):
        with context.acting_for(tenant), acting_as(Provenance(SYSTEM, Channel.JOB)):
            do_chore.apply_async((chore.name,))


def _organisations(states: Iterable[Status]) -> list[Tenant]:
    with reads_only(), transaction(), context.unscoped("visit every organisation"):
        found = db.session.scalars(
            sa.select(Organisation).where(Organisation.status.in_(states)).order_by(Organisation.id)
        )
        return [organisation.as_tenant() for organisation in found]


def _broker(settings: Settings) -> dict[str, object]:
    if settings.broker_url:
        # Once and quickly: a request that wakes the worker does not wait for a broker that is away.
        options = {"max_retries": 0, "socket_connect_timeout": 2}
        return {"broker_url": settings.broker_url, "broker_transport_options": options}
    folder = settings.data_dir.absolute() / "broker"
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
        },
    }
