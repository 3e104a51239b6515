"""OpenAPI 3.1 of v1, drawn from the routes themselves, so that it cannot fall behind them."""

import re
from collections.abc import Iterator
from functools import cache

from flask import Blueprint, Response, json

from stackroom.api.components import HEADERS, PARAMETERS, RESPONSES, Document, Schemas
from stackroom.api.operations import Route, describe
from stackroom.core.http import Stackroom, app
from stackroom.core.permissions import Host, access_of, public

PREFIX = "/api/v1"
DESCRIPTION = """
Every request goes to an organisation's own host. Sign in with `POST /api/v1/auth/tokens` and send
the access token as `Authorization: Bearer …`. A program sends its API key in the same way.

Bodies and answers are JSON in snake_case; times are RFC 3339 in UTC; money is in minor units.
Unknown members and parameters are refused, so that none is lost in silence. Lists are pages with
`Link` headers. Errors are problem documents (RFC 9457) with a stable `code`.
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RECORD = re.compile(r"<uuid:\w+>$")
api = Blueprint("openapi", __name__)


def new_app() -> Stackroom:
    """Without APIFlask's own description, which knows neither pydantic's names nor `Access`."""
    return Stackroom(
        "stackroom",
        title="Stackroom",
        enable_openapi=False,
        json_errors=False,
        # web.pages serves the built assets
        static_folder=None,  # type: ignore[arg-type]
    )


@api.get(f"{PREFIX}/openapi.json")
@public("the description of the API is no secret", host=Host.BOTH, asks_who=False)
def openapi() -> Response:
    return Response(_written(app()), mimetype="application/json")


@cache
def _written(app: Stackroom) -> str:
    return json.dumps(document(app), sort_keys=False)


def document(app: Stackroom) -> Document:
    """The whole description, as a tree of dicts that is ready for JSON."""
    routes = list(_routes(app))
    schemas = Schemas(
        read=[model for route in routes for model in (route.body, *route.queries) if model],
        written=[model for route in routes for model in route.written],
    )
    paths: Document = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = describe(route, schemas)
    schemas.drop_unused(paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stackroom", "version": "1", "description": DESCRIPTION.strip()},
        "servers": [{"url": "/", "description": "the organisation's own host"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.definitions.items())),
            "responses": RESPONSES,
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT or API key"}
            },
        },
    }


def _routes(app: Stackroom) -> Iterator[Route]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(f"{PREFIX}/")]
    readable = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    for rule in sorted(rules, key=lambda rule: re.sub("<.*?>", "~", rule.rule)):
        view = app.view_functions[rule.endpoint]
        access = access_of(view)
        tag = getattr(app.blueprints[rule.endpoint.split(".")[0]], "tag", None)
        if access is None or tag is None:
            continue
        for method in METHODS:
            if method in (rule.methods or ()):
                has_revision = rule.rule in readable and RECORD.search(rule.rule) is not None
                spec = getattr(view, "_spec", {})
                yield Route(rule, method, access, view, spec, tag, has_revision)
