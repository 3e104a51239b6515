"""JSON lines with request id and organisation. Secrets are `SecretStr` and never get here."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from config import Settings
from stackroom.core.actor import provenance_or_none
from tenants import context


def configure(settings: Settings) -> None:
    render: Any = (
        structlog.dev.ConsoleRenderer()
        if settings.is_development
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_context,
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
    )


def _add_context(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if tenant := context.current_or_none():
        entry["tenant"] = str(tenant.uuid)
    if present := provenance_or_none():
        entry["request_id"] = present.request_id
    return entry
