"""Errors are classes with a status and a stable code; `stackroom.core.problems` renders them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    message: str


class Problem(Exception):
    """Raised to refuse: the transaction rolls back and the client reads `detail`.

    `extra` holds further members of the problem document (RFC 9457 §3.2).
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    detail: str = ""

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = extra


class BadRequest(Problem):
    status, code, title = 400, "bad_request", "The request could not be read"


class InvalidJson(BadRequest):
    code, title = "invalid_json", "The body is not JSON"


class TooLarge(Problem):
    status, code, title = 413, "too_large", "The body is too large"
    detail = "Send less at once, or send it in parts."


class UnsupportedMediaType(Problem):
    status, code, title = 415, "unsupported_media_type", "The body is of another kind"
    detail = "Send JSON, with the header Content-Type: application/json."


class AuthenticationRequired(Problem):
    status, code, title = 401, "authentication_required", "Sign in first"


class WrongOrganisation(Problem):
    status, code, title = 401, "wrong_organisation", "This sign-in belongs elsewhere"
    detail = "The token was not issued by this organisation; sign in on its own address."


class PermissionDenied(Problem):
    status, code, title = 403, "permission_denied", "You may not do this"


class FactorRequired(PermissionDenied):
    code, title = "factor_required", "A second factor is needed"
    detail = "Your role needs a second factor: sign in by page and set one up at /account/security."


class StepUpRequired(PermissionDenied):
    code, title = "step_up_required", "Confirm that it is you"
    detail = (
        "This needs a fresh proof that it is you: send your password or a code to "
        "POST /api/v1/auth/proofs, then try again."
    )


class NotFound(Problem):
    """Also the answer for another organisation's row: it must not tell the two apart."""

    status, code, title = 404, "not_found", "Nothing is here"
    detail = "There is no such record in this organisation."


class Gone(Problem):
    status, code, title = 410, "gone", "It was here, and is not any more"


class Conflict(Problem):
    status, code, title = 409, "conflict", "The record stands in the way"


class EditedMeanwhile(Conflict):
    code = "edited_meanwhile"
    detail = "Somebody changed this record after you opened it; reload it and try again."


class RecordLocked(Conflict):
    code = "record_locked"
    detail = "Somebody else is changing this just now, so nothing was changed; try again."


class PreconditionFailed(Problem):
    status, code, title = 412, "precondition_failed", "The record has changed"
    detail = "If-Match does not name the present revision; read the record again."


class Invalid(Problem):
    status, code, title = 422, "invalid", "Some fields need attention"

    @classmethod
    def field(cls, field: str, message: str) -> "Invalid":
        return cls(message, errors=[FieldError(field, message)])


class TooManyRequests(Problem):
    status, code, title = 429, "too_many_requests", "Too many requests"
    detail = "Wait a moment, then try again."


class ReadOnly(Problem):
    status, code, title = 403, "organisation_suspended", "This organisation is read-only"
    detail = "The organisation is suspended: everything can be read, nothing changed."


class Closing(ReadOnly):
    code, title = "organisation_closing", "This organisation is closing"
    detail = "The organisation is closing: everything can be read, nothing changed."


class Unavailable(Problem):
    status, code, title = 503, "unavailable", "Not available right now"


class DatabaseBusy(Unavailable):
    code = "database_busy"
    detail = "This took too long, so it was stopped and nothing was changed; try again in a moment."
