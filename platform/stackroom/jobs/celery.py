"""The same Celery app everywhere: Redis in production, the file system where there is none.

A job's envelope names its organisation; the worker opens it for that job only.
"""

from uuid import UUID

import sqlalchemy as sa
import structlog
from celery import Celery
from celery.signals import setup_logging
from flask import Flask
from kombu.exceptions import OperationalError

from config import Settings
from stackroom.core import outbox
from stackroom.core.database import db, transaction
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only
from tenants.lifecycle import SERVING, Status
from tenants.models import Organisation

celery = Celery("stackroom")
_served_app: dict[str, Flask] = {}
"""The app of this process: Celery calls the tasks below without one."""
log = structlog.get_logger()
SWEEP_SECONDS = 60.0
DELIVERING = SERVING | {Status.PROVISIONING}
"""A purged organisation has nothing left to deliver."""


def install(app: Flask, settings: Settings) -> None:
    celery.conf.update(_broker(settings))
    celery.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        beat_schedule={"sweep": {"task": "stackroom.sweep", "schedule": SWEEP_SECONDS}},
        beat_schedule_filename=str(settings.data_dir / "beat"),
    )
    setup_logging.connect(_leave_logs_alone)
    app.extensions["celery"] = celery
    _served_app["app"] = app
    outbox.wake_with(_wake)


def _leave_logs_alone(**_: object) -> None:
    """A receiver of this signal keeps Celery from setting up logs in its own form."""


def _wake(tenant: Tenant) -> None:
    """A broker that is away loses nothing: the message stays, and the sweep finds it."""
    try:
        deliver.apply_async((str(tenant.uuid),), retry=False)
    except OperationalError as error:
        log.warning("broker_unavailable", error=str(error))


@celery.task(name="stackroom.deliver")
def deliver(organisation: str) -> int:
    with _served_app["app"].app_context():
        with reads_only(), transaction(), context.unscoped("open the organisation of a job"):
            found = db.session.scalar(
                sa.select(Organisation).where(Organisation.uuid == UUID(organisation))
            )
            tenant = found.as_tenant() if found else None
        if tenant is None or tenant.status not in DELIVERING:
            return 0
        with context.acting_for(tenant):
            return outbox.deliver()


@celery.task(name="stackroom.sweep")
def sweep() -> None:
    """Find messages whose wake-up was lost, one organisation after another."""
    with _served_app["app"].app_context():
        with reads_only(), transaction(), context.unscoped("visit every organisation"):
            organisations = db.session.scalars(sa.select(Organisation.uuid)).all()
        for organisation in organisations:
            deliver.run(str(organisation))


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
