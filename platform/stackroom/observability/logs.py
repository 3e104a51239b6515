"""JSON lines with request id and organisation. Secrets are `SecretStr` and never get here.

What libraries log through `logging` takes the same way and the same form.
"""

import logging
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, Response, g, request

from config import Settings
from stackroom.core.actor import provenance_or_none
from stackroom.core.http import is_probe
from tenants import context

log = structlog.get_logger()


def configure(settings: Settings) -> None:
    render: Any = (
        structlog.dev.ConsoleRenderer()
        if settings.is_development
        else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
    )
    _take_library_logs(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )


def _take_library_logs(formatter: logging.Formatter) -> None:
    """Where the root logger has a handler already, as in tests, it is left alone."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def note_requests(app: Flask) -> None:
    """One line for each answer. It names the route and not the address: in addresses stand tokens
    of mails and the words that people search for."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    if request.endpoint != "web.static" and not is_probe(request):
        log.info(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((perf_counter() - g.began) * 1000, 1),
        )
    return response


def _add_context(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if tenant := context.current_or_none():
        entry["tenant"] = str(tenant.uuid)
    if present := provenance_or_none():
        entry["request_id"] = present.request_id
        if present.actor.id:  # by its id: a log is kept by others than the library
            entry["actor"] = str(present.actor.id)
    return entry
