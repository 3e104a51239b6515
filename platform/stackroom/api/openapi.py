"""OpenAPI 3.1 of v1, drawn from the routes: what APIFlask cannot know stands in their `Access`."""

import re
from http import HTTPStatus
from typing import Any

from werkzeug.routing import Rule

from stackroom.core.http import SAFE, Stackroom
from stackroom.core.permissions import Access, access_of
from stackroom.core.schemas import ProblemOut

SPEC_PATH = "/api/v1/openapi.json"
DESCRIPTION = """
Every request goes to an organisation's own host. Sign in with `POST /api/v1/auth/tokens` and send
the access token as `Authorization: Bearer …`. Errors are problem documents (RFC 9457) whose `code`
is stable; times are RFC 3339 in UTC; lists are pages with `Link` headers.
"""
Document = dict[str, Any]
PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
PATH_SCHEMAS: dict[str, Document] = {
    "": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}


def new_app() -> Stackroom:
    app = Stackroom(
        "stackroom",
        title="Stackroom",
        version="1",
        spec_path=SPEC_PATH,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type] - web.pages serves the built assets
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        SERVERS=[{"url": "/", "description": "the organisation's own host"}],
    )
    return app


def install(app: Stackroom) -> None:
    for endpoint in [name for name in app.view_functions if name.startswith("openapi.")]:
        app.publish(endpoint, "the description of the API is no secret")
    app.spec_processor(lambda spec: _complete(app, spec) if isinstance(spec, dict) else spec)


def _complete(app: Stackroom, spec: Document) -> Document:
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = ProblemOut.model_json_schema()
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for rule in app.url_map.iter_rules():
        path = spec["paths"].get(_template(rule), {})
        for method, operation in path.items():
            access = access_of(app.view_functions[rule.endpoint])
            if access and method.upper() in (rule.methods or ()):
                _describe(operation, rule, method.upper(), access)
    return spec


def _template(rule: Rule) -> str:
    return PLACEHOLDER.sub(r"{\2}", rule.rule)


def _describe(operation: Document, rule: Rule, method: str, access: Access) -> None:
    operation["operationId"] = rule.endpoint.rsplit(".", 1)[-1]
    if access.permission:
        operation["security"] = [{"bearer": []}]
        may = f"Needs the permission `{access.permission.key}`."
        operation["description"] = f"{operation.get('description', '')}\n\n{may}".strip()
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["schema"] = PATH_SCHEMAS[_converter(rule, parameter["name"])]
    for status in _refusals(operation, rule, method, access):
        operation["responses"].setdefault(str(status.value), _problem(status))


def _converter(rule: Rule, name: str) -> str:
    return next(kind for kind, found in PLACEHOLDER.findall(rule.rule) if found == name)


def _refusals(operation: Document, rule: Rule, method: str, access: Access) -> list[HTTPStatus]:
    refusals = {HTTPStatus.BAD_REQUEST, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND}
    if access.permission or "auth" in rule.rule:
        refusals |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if method not in SAFE:
        refusals |= {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.FORBIDDEN}
    if "requestBody" in operation:
        refusals |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    if "requestBody" in operation or operation.get("parameters"):
        refusals.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(refusals)


def _problem(status: HTTPStatus) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": status.phrase,
        "content": {"application/problem+json": {"schema": schema}},
    }
