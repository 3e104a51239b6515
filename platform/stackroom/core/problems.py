"""The one place that turns an error into an answer: problem+json (RFC 9457) or a page."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from apiflask.exceptions import HTTPError
from flask import Response, g, json, render_template, request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as TooLate
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoSuchAddress

from stackroom.core import failures, read_only
from stackroom.core.errors import (
    Conflict,
    DatabaseBusy,
    EditedMeanwhile,
    FieldError,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooLarge,
)
from stackroom.core.http import Stackroom, app, is_api
from stackroom.core.wording import sentence
from tenants import context
from tenants.errors import OrganisationUnavailable, ReadOnlyOrganisation, UnknownOrganisation

log = structlog.get_logger()
NO_ADDRESS = "Nothing answers at this address; check its spelling."


def install(app: Stackroom) -> None:
    app.error_shapes = {}
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPError, _from_apiflask)
    app.register_error_handler(ValidationError, lambda error: answer(invalid(error)))
    app.register_error_handler(RequestEntityTooLarge, lambda _: answer(TooLarge()))
    app.register_error_handler(NoSuchAddress, lambda _: answer(NotFound(NO_ADDRESS)))
    app.register_error_handler(HTTPException, _from_werkzeug)
    app.register_error_handler(UnknownOrganisation, _no_organisation)
    app.register_error_handler(OrganisationUnavailable, _no_organisation)
    app.register_error_handler(ReadOnlyOrganisation, _read_only)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(DBAPIError, lambda error: _database_failed(app, error))
    app.register_error_handler(TooLate, _too_late)
    app.register_error_handler(Exception, lambda error: _unexpected(app, error))


def answer(problem: Problem) -> Response:
    return _render(
        problem.status, problem.code, problem.title, problem.detail,
        errors=[{"field": e.field, "message": e.message} for e in problem.errors],
        headers=problem.headers, **problem.extra,
    )  # fmt: skip


def _render(
    status: int, code: str, title: str, detail: str, *,
    errors: list[dict[str, str]], headers: dict[str, str] | None = None, **extra: Any,
) -> Response:  # fmt: skip
    document = {
        "type": "about:blank", "title": title, "status": status, "code": code, "detail": detail,
        "errors": errors, "request_id": g.get("request_id", ""), **extra,
    }  # fmt: skip
    if shape := _shape_here():
        response = shape(document)
    elif is_api(request) or request.accept_mimetypes.best == "application/json":
        response = Response(json.dumps(document), status, mimetype="application/problem+json")
    else:
        response = Response(render_template("errors/problem.html", problem=document), status)
    response.headers.extend(headers or {})
    if status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="Stackroom"')
    return response


def _shape_here() -> Callable[[Mapping[str, Any]], Response] | None:
    shapes = app().error_shapes.items()
    return next((shape for below, shape in shapes if request.path.startswith(below)), None)


def invalid(error: ValidationError) -> Invalid:
    """One sentence for each field."""
    errors = [
        FieldError(".".join(map(str, fault["loc"])) or "body", sentence(fault))
        for fault in error.errors()
    ]
    return Invalid("; ".join(f"{e.field}: {e.message}" for e in errors), errors=errors)


def _from_apiflask(error: HTTPError) -> Response:
    if isinstance(error.__cause__, ValidationError):
        return answer(invalid(error.__cause__))
    return _http(error.status_code, str(error.message), dict(Headers(error.headers or {})))


def _from_werkzeug(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    if isinstance(error.code, int) and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After", "Location")}
    return _http(error.code or 500, error.description or "", headers)


def _http(status: int, detail: str, headers: dict[str, str]) -> Response:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_")
    return _render(status, code, phrase, detail or phrase, errors=[], headers=headers)


def _no_organisation(_: Exception) -> Response:
    return answer(NotFound("No organisation answers at this address."))


def _read_only(_: ReadOnlyOrganisation) -> Response:
    """A route that the edge took for a reading one."""
    return answer(read_only.refusal(context.current()))


def _stale(_: StaleDataError) -> Response:
    return answer(PreconditionFailed() if "If-Match" in request.headers else EditedMeanwhile())


def _conflict(error: IntegrityError) -> Response:
    log.warning("integrity_error", error=str(error.orig))
    return answer(Conflict("It clashes with a record that is there, or that others depend on."))


def _database_failed(app: Stackroom, error: DBAPIError) -> Response:
    problem = failures.problem_of(error)
    if problem is None:
        return _unexpected(app, error)
    log.error("database_failed", code=problem.code, error=str(error.orig))
    return answer(problem)


def _too_late(error: TooLate) -> Response:
    """No connection of the pool, or no turn to write on SQLite."""
    log.error("database_busy", error=str(error))
    return answer(DatabaseBusy(headers=failures.RETRY))


def _unexpected(app: Stackroom, error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    app.note_fault(error)
    return _render(
        500, "internal_error", "Something broke on our side",
        "It has been recorded. Try again, and name the request id if you report it.", errors=[],
    )  # fmt: skip
