"""One operation of the API's description, from its route, its models and its `Access`."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeGuard

from pydantic import BaseModel
from werkzeug.routing import Rule

from stackroom.api.components import Document, Model, Schemas, headers, problem
from stackroom.core import idempotency
from stackroom.core.http import SAFE, takes_key
from stackroom.core.permissions import Access, Host
from stackroom.core.schemas import PageOut

PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
PATH_SCHEMAS: dict[str, Document] = {
    "": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Route:
    """`spec` is what APIFlask's decorators have noted on the view."""

    rule: Rule
    method: str
    access: Access
    view: Callable[..., Any]
    spec: Document
    tag: str
    has_revision: bool
    """One record that can be read by its id: it has an ETag."""

    @property
    def path(self) -> str:
        return PLACEHOLDER.sub(r"{\2}", self.rule.rule)

    @property
    def body(self) -> Model | None:
        return self.spec.get("body")

    @property
    def queries(self) -> list[Model]:
        return [model for model, place in self.spec.get("args", ()) if place == "query"]

    @property
    def answer(self) -> Model | None:
        """None where there is no content, or where it is no JSON."""
        schema = self.spec.get("response", {}).get("schema")
        return schema if _is_model(schema) else None

    @property
    def others(self) -> dict[int, Any]:
        """Further answers, by status: a sentence, or `{description, content}`, where a model may
        stand for the JSON of a media type."""
        return self.spec.get("responses") or {}

    @property
    def written(self) -> list[Model]:
        content = [
            of
            for said in self.others.values()
            if isinstance(said, dict)
            for of in said.get("content", {}).values()
        ]
        return [model for model in (self.answer, *content) if _is_model(model)]


def describe(route: Route, schemas: Schemas) -> Document:
    name = route.rule.endpoint.rsplit(".", 1)[-1]
    operation = {
        "operationId": name,
        "tags": [route.tag],
        "summary": route.spec.get("summary") or name.replace("_", " ").capitalize(),
        "description": _description(route),
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
    }
    if route.body:
        content = {route.spec["content_type"]: {"schema": schemas.read(route.body)}}
        needed = any(field.is_required() for field in route.body.model_fields.values())
        operation["requestBody"] = {"content": content, "required": needed}
    if route.access.permission:
        anybody: list[Document] = [{}] if route.access.public_flag else []
        operation["security"] = [{"bearer": []}, *anybody]
    if route.access.host is Host.PLATFORM:
        operation["servers"] = [{"url": "/", "description": "the platform's own host"}]
    return operation


def _description(route: Route) -> str:
    says = " ".join(inspect.cleandoc(route.view.__doc__ or "").split())
    if (wanted := route.access.permission) is None:
        needs = f"Needs no sign-in: {route.access.why}."
    elif route.access.public_flag:
        needs = f"Needs `{wanted.key}`, or the organisation's `{route.access.public_flag}`."
    else:
        needs = f"Needs `{wanted.key}`: to {wanted.sentence}."
    if route.access.step_up:
        needs += " Needs a fresh proof that it is you: see `POST /auth/proofs`."
    return f"{says}\n\n{needs}".strip()


def _parameters(route: Route, schemas: Schemas) -> list[Document]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": PATH_SCHEMAS[kind]}
        | ({"example": EXAMPLE_ID} if kind == "uuid" else {})
        for kind, name in PLACEHOLDER.findall(route.rule.rule)
    ]
    query = [
        {
            "name": name,
            "in": "query",
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for model in route.queries
        for name, schema in schemas.members(model).items()
    ]
    named = []
    if takes_key(route.method, route.access):
        named.append(idempotency.HEADER)
    if route.has_revision and route.method in {"PATCH", "DELETE"}:
        named.append("If-Match")
    return [*path, *query, *({"$ref": f"#/components/parameters/{name}"} for name in named)]


def _responses(route: Route, schemas: Schemas) -> Document:
    answers = {str(status): _other(status, said, schemas) for status, said in route.others.items()}
    if done := route.spec.get("response"):
        status = HTTPStatus(done["status_code"])
        answers[str(status.value)] = _success(route, status, schemas)
    for status in _refusals(route):
        answers.setdefault(str(status.value), problem(status))
    return dict(sorted(answers.items()))


def _success(route: Route, status: HTTPStatus, schemas: Schemas) -> Document:
    sent = []
    if route.answer and issubclass(route.answer, PageOut):
        sent.append("Link")
    if route.has_revision and route.method in {"GET", "PATCH"}:
        sent.append("ETag")
    if takes_key(route.method, route.access):
        sent += ["Location"] * (status == HTTPStatus.CREATED) + [idempotency.REPLAYED]
    answer: Document = {"description": status.phrase, "headers": headers(*sent)}
    if route.answer:
        answer["content"] = {"application/json": {"schema": schemas.written(route.answer)}}
    return answer


def _other(status: int, said: str | Document, schemas: Schemas) -> Document:
    if status >= 400:
        return problem(HTTPStatus(status), said if isinstance(said, str) else said["description"])
    if isinstance(said, str):
        return {"description": said, "headers": headers()}
    content = {
        kind: {"schema": schemas.written(of)} if _is_model(of) else of
        for kind, of in said["content"].items()
    }
    return {"description": said["description"], "headers": headers(), "content": content}


def _is_model(schema: Any) -> TypeGuard[Model]:
    return inspect.isclass(schema) and issubclass(schema, BaseModel)


def _refusals(route: Route) -> list[HTTPStatus]:
    changes = route.method not in SAFE
    refusals = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS}
    if route.access.host is not Host.PLATFORM:
        refusals |= {HTTPStatus.UNAUTHORIZED}
    if route.access.permission or changes:
        refusals |= {HTTPStatus.FORBIDDEN}
    if changes:
        refusals |= {HTTPStatus.CONFLICT}
    if route.has_revision and changes:
        refusals |= {HTTPStatus.PRECONDITION_FAILED}
    if route.body:
        refusals |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    if route.body or route.queries or takes_key(route.method, route.access):
        refusals |= {HTTPStatus.UNPROCESSABLE_ENTITY}
    return sorted(refusals)
