"""What the worker does when the outbox says that an undo waits."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from stackroom.core import outbox
from stackroom.core.actor import Actor, acting_as, provenance
from stackroom.oversight.past import runner


def run_undo(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with acting_as(replace(provenance(), actor=Actor.read(payload["by"]))):
        # it may last longer than a claim
        runner.run(UUID(payload["undo_id"]), beat=partial(outbox.keep, message_id))
