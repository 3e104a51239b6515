"""What the operations share: schemas of models, problems, headers and parameters."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from stackroom.catalogue.errors import NotAcceptable
from stackroom.core import errors, idempotency
from stackroom.core.errors import Problem
from stackroom.core.schemas import PageOut, ProblemOut

Document = dict[str, Any]
Model = type[BaseModel]
PROBLEM = "application/problem+json"
REF = "#/components/{}/{}"


class _Plain(GenerateJsonSchema):
    """pydantic gives each field its own name as a title."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def sort(self, value: Any, parent_key: str | None = None) -> Any:
        """In the order in which the models were written."""
        return value


class Schemas:
    """The models of all routes. What goes in and what comes out of one model may differ."""

    def __init__(self, read: Iterable[Model], written: Iterable[Model]) -> None:
        modes: dict[JsonSchemaMode, Iterable[Model]] = {
            "validation": (*read, ProblemOut),  # as read: most problems give no reasons
            "serialization": written,
        }
        wanted = [
            (model, mode) for mode, models in modes.items() for model in dict.fromkeys(models)
        ]
        self._refs, found = models_json_schema(
            wanted, ref_template=REF.format("schemas", "{model}"), schema_generator=_Plain
        )
        self.definitions: Document = found["$defs"]
        for model in written:
            if issubclass(model, PageOut):
                self._show_page(model)

    def read(self, model: Model) -> Document:
        return dict(self._refs[model, "validation"])

    def written(self, model: Model) -> Document:
        return dict(self._refs[model, "serialization"])

    def members(self, model: Model) -> Document:
        """Of a query: each parameter's schema. Nothing is sent for null, so it is left out."""
        properties = self._resolve(self.read(model))["properties"]
        return {name: self._without_null(schema) for name, schema in properties.items()}

    def drop_unused(self, paths: Document) -> None:
        """Queries stand in the parameters, not here."""
        text = f"{paths}{self.definitions}{RESPONSES}"
        for name in [n for n in self.definitions if f"'{REF.format('schemas', n)}'" not in text]:
            del self.definitions[name]

    def _without_null(self, schema: Document) -> Document:
        kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        inner = kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
        rest = {k: v for k, v in schema.items() if k != "anyOf" and v is not None}
        return {**inner, **rest}

    def _resolve(self, reference: Document) -> Document:
        found: Document = self.definitions[reference["$ref"].rsplit("/", 1)[-1]]
        return found

    def _show_page(self, model: Model) -> None:
        """A page's example holds the example of its items."""
        page = self._resolve(self.written(model))
        items = self._resolve(page["properties"]["items"]["items"])
        shown = {"items": items.get("examples", []), "page": 1, "per_page": 20, "total": 1}
        page["examples"] = [shown | page.get("examples", [{}])[0]]


def header(description: str, **schema: Any) -> Document:
    return {"description": description, "schema": {"type": "string", **schema}}


HEADERS: Document = {
    "X-Request-Id": {**header("names this request in our logs and audit trail"), "required": True},
    "ETag": {**header("the revision of the record; for If-Match"), "required": True},
    "Link": {**header("first, prev, next and last page (RFC 8288)"), "required": True},
    "Location": {**header("the address of what was made", format="uri-reference")},
    "Retry-After": {**header("seconds to wait", type="integer")},
    "X-RateLimit-Limit": header("requests in the present window, where limits are on"),
    "X-RateLimit-Remaining": header("what is left of them"),
    "X-RateLimit-Reset": header("when the window ends, in seconds since 1970"),
    idempotency.REPLAYED: header("the answer is that of an earlier try", const="true"),
}
EVERYWHERE = ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

PARAMETERS: Document = {
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "the ETag that was read: a record changed since answers 412",
        "schema": {"type": "string"},
        "example": '"1"',
    },
    idempotency.HEADER: {
        "name": idempotency.HEADER,
        "in": "header",
        "description": "a second try with the same key within 24 hours gets the same answer",
        "schema": {"type": "string", "pattern": idempotency.PATTERN},
        "example": "0e6f6c0e-6f0e-4f5e-9d5c-0c9f3f3e6a55",
    },
}


def headers(*names: str) -> Document:
    return {name: {"$ref": REF.format("headers", name)} for name in (*EVERYWHERE, *names)}


def _problem(kind: type[Problem]) -> Document:
    shown = {
        "type": "about:blank", "title": kind.title, "status": kind.status, "code": kind.code,
        "detail": kind.detail or kind.title, "errors": [],
        "request_id": "0197c0de-0000-7000-8000-0000000000aa",
    }  # fmt: skip
    schema = {"$ref": REF.format("schemas", ProblemOut.__name__)}
    return {
        "description": kind.title,
        "headers": headers(*["Retry-After"] * (kind is errors.TooManyRequests)),
        "content": {PROBLEM: {"schema": schema, "example": shown}},
    }


PROBLEMS: dict[HTTPStatus, type[Problem]] = {
    HTTPStatus(kind.status): kind
    for kind in (
        errors.BadRequest, errors.AuthenticationRequired, errors.PermissionDenied,
        errors.NotFound, NotAcceptable, errors.Conflict, errors.Gone,
        errors.PreconditionFailed, errors.TooLarge, errors.UnsupportedMediaType, errors.Invalid,
        errors.TooManyRequests,
    )
}  # fmt: skip
RESPONSES: Document = {kind.__name__: _problem(kind) for kind in PROBLEMS.values()}


def problem(status: HTTPStatus, description: str = "") -> Document:
    reference = {"$ref": REF.format("responses", PROBLEMS[status].__name__)}
    return {**reference, "description": description} if description else reference
