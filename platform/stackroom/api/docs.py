"""The description as a page: every operation, and a form to try it on this very host."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, json, render_template

from stackroom.api.components import Document
from stackroom.api.openapi import document
from stackroom.core.http import Stackroom, app
from stackroom.core.permissions import Host, public

docs = Blueprint("docs", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; `place` is path, query, header or form."""

    name: str
    place: str
    required: bool
    help: str
    schema: Document

    @property
    def choices(self) -> list[str]:
        kinds = [self.schema, *self.schema.get("anyOf", ())]
        if self.schema.get("type") == "boolean":
            return ["true", "false"]
        return [choice for kind in kinds for choice in kind.get("enum", ())]

    @property
    def is_file(self) -> bool:
        return self.schema.get("format") == "binary"


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    fields: list[Field]
    body: str
    """The example of a JSON body; empty where none is sent."""
    answers: dict[str, str]
    answer: str
    """The example of what success answers."""


@docs.get("/api/docs")
@public("the description of the API is no secret", host=Host.BOTH)
def page() -> str:
    about, groups = _read(app())
    return render_template("api/docs.html", about=about, groups=groups)


@cache
def _read(app: Stackroom) -> tuple[list[str], dict[str, list[Operation]]]:
    described = document(app)
    groups: dict[str, list[Operation]] = {tag["name"]: [] for tag in described["tags"]}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append(_operation(described, path, method, operation))
    return described["info"]["description"].split("\n\n"), groups


def _operation(described: Document, path: str, method: str, operation: Document) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    answers = {s: _resolve(described, said) for s, said in operation["responses"].items()}
    success = next(said for status, said in reversed(answers.items()) if status < "400")
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        paragraphs=operation["description"].split("\n\n"),
        fields=list(_fields(described, operation)),
        body=_example(described, body),
        answers={s: said["description"].replace("`", "") for s, said in answers.items()},
        answer=_example(described, success.get("content", {})),
    )


def _fields(described: Document, operation: Document) -> Iterator[Field]:
    for given in operation["parameters"]:
        one = _resolve(described, given)
        schema = _resolve(described, one["schema"])
        text = one.get("description") or one["schema"].get("description", "")
        yield Field(one["name"], one["in"], one.get("required", False), text, schema)
    upload = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if upload:
        model = _resolve(described, upload["schema"])
        for name, schema in model["properties"].items():
            needed = name in model["required"]
            help_text = schema.get("description", "")
            yield Field(name, "form", needed, help_text, _resolve(described, schema))


def _example(described: Document, content: Document) -> str:
    shown = _resolve(described, content.get("application/json", {}).get("schema", {}))
    examples = shown.get("examples")
    return json.dumps(examples[0], indent=2, sort_keys=False) if examples else ""


def _resolve(described: Document, node: Document) -> Document:
    """What a reference stands for; its own description, where it has one, comes first."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: dict[str, Any] = described["components"][kind][name]
    return {**found, **{k: v for k, v in node.items() if k != "$ref"}}
