"""What the worker does when the outbox says that an import waits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from stackroom.catalogue.imports import runner
from stackroom.core import outbox
from stackroom.core.actor import Actor, acting_as, provenance
from stackroom.core.http import app
from stackroom.files.adapters import files


def run_import(message_id: UUID, payload: Mapping[str, Any]) -> None:
    with acting_as(replace(provenance(), actor=Actor.read(payload["by"]))):
        runner.run(
            UUID(payload["import_id"]),
            files(app().settings),
            watch=lambda _job: outbox.keep(message_id),  # an import may last longer than a claim
        )
