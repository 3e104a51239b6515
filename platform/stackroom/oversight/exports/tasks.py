"""What the worker does when the outbox says that an export waits, and every hour."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from stackroom.core import outbox
from stackroom.core.actor import Actor, acting_as, provenance
from stackroom.core.http import app
from stackroom.files.adapters import files
from stackroom.oversight.exports import runner


def run_export(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with acting_as(replace(provenance(), actor=Actor.read(payload["by"]))):
        runner.run(
            UUID(payload["audit_export_id"]),
            files(app().settings),
            beat=partial(outbox.keep, message_id),  # an export may last longer than a claim
        )


def expire_exports() -> None:
    runner.expire(files(app().settings))
