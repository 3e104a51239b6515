"""What comes round, and what the worker does when the outbox says so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from stackroom.audit.events import record
from stackroom.core import outbox
from stackroom.core.actor import Actor, acting_as, provenance
from stackroom.core.database import transaction
from stackroom.core.features import Chore
from stackroom.core.http import app
from stackroom.core.outbound import Unreachable
from stackroom.files.adapters import files
from stackroom.oversight.seals import events
from stackroom.oversight.seals.service import delivering, jobs, running, sealing
from stackroom.oversight.seals.showing import outbound, vault
from tenants import context
from tenants.lifecycle import SERVING


def seal() -> None:
    sealing.seal(vault())


def send_due() -> None:
    with transaction():
        delivering.send_due()


def expire() -> None:
    """First in the books, then on disk."""
    with context.writing_though_read_only(sealing.WHY), transaction():
        keys = jobs.expire()
    for key in keys:
        files(app().settings).delete(key)


def seal_now(_message_id: UUID, _payload: Mapping[str, Any]) -> None:
    seal()


def run_check(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with acting_as(replace(provenance(), actor=Actor.read(payload["by"]))):
        running.check(UUID(payload["job_id"]), beat=partial(outbox.keep, message_id))


def write_evidence(message_id: UUID, payload: Mapping[str, Any]) -> None:
    keep = partial(outbox.keep, message_id)  # it may last longer than a claim
    with acting_as(replace(provenance(), actor=Actor.read(payload["by"]))):
        running.write(UUID(payload["job_id"]), files(app().settings), beat=keep)


def post_checkpoint(_message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Raises Unreachable, so that the outbox tries again."""
    number = payload["number"]
    with transaction():
        letter = delivering.letter(UUID(payload["delivery_id"]), number)
    if letter is None:
        return
    try:
        delivering.post(*letter, outbound())
    except Unreachable as error:
        host = urlsplit(letter[0]).hostname  # the address may hold a token
        with transaction():
            record(events.NOT_POSTED, label="the seals", number=number, host=host, why=str(error))
        raise


CHORES = (
    Chore("seals.seal", timedelta(minutes=5), seal, SERVING),
    Chore("seals.check", timedelta(days=1), running.check_all, SERVING),
    Chore("seals.deliver", timedelta(hours=1), send_due),
    Chore("seals.expire", timedelta(hours=1), expire, SERVING),
)
