"""Every way into an organisation, drawn from the app itself: its routes, the models of their bodies
and queries, and the forms of its pages. A new one is here on the day it is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from stackroom.core.http import SAFE, Stackroom
from stackroom.core.permissions import Access, Host, access_of

Schema = dict[str, Any]
UPLOAD = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Field:
    """`place`: path, query, json or form; `is_id`: takes a UUID; `path`: where it stands in a
    nested body."""

    place: str
    path: tuple[str, ...]
    is_id: bool = False
    is_text: bool = True
    many: bool = False

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(slots=True)
class Way:
    """A route and a method. `example` is a body that its model shows, or what its form holds."""

    rule: Rule
    method: str
    access: Access
    fields: list[Field]
    content_type: str = ""
    example: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def is_api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    @property
    def writes(self) -> bool:
        return self.method not in SAFE


def ways(app: Stackroom) -> list[Way]:
    """On organisations' hosts. What no role may ask is the operators', and is attacked in
    tests/stackroom/operators/test_support.py."""
    return [
        way
        for way in all_ways(app)
        if way.access.host.covers(Host.ORGANISATION)
        and (way.access.permission is None or way.access.permission.roles)
    ]


def ways_of_support(app: Stackroom) -> list[Way]:
    """What an operator alone may ask on an organisation's host."""
    return [
        way
        for way in all_ways(app)
        if way.access.host.covers(Host.ORGANISATION)
        and way.access.permission
        and not way.access.permission.roles
    ]


def all_ways(app: Stackroom) -> list[Way]:
    return [
        _way(app, rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]


def _way(app: Stackroom, rule: Rule, method: str) -> Way:
    view = app.view_functions[rule.endpoint]
    access = access_of(view)
    assert access, rule
    spec = getattr(view, "_spec", {})
    fields = [Field("path", (name,)) for name in sorted(rule.arguments)]
    for model, place in spec.get("args", ()):
        if place == "query":
            fields += _fields("query", model.model_json_schema())
    body = spec.get("body")
    if body is None:
        return Way(rule, method, access, fields)
    schema = body.model_json_schema()
    content_type = spec["content_type"]
    fields += _fields("form" if content_type == UPLOAD else "json", schema)
    examples = schema.get("examples", [{}])
    return Way(rule, method, access, fields, content_type, dict(examples[0]))


def _fields(place: str, schema: Schema) -> Iterator[Field]:
    for path, found in leaves(schema, schema.get("$defs", {})):
        many = found.get("type") == "array"
        kind = found.get("items", {}) if many else found
        yield Field(
            place,
            path,
            is_id=kind.get("format") == "uuid",
            is_text=kind.get("type") == "string" and "enum" not in kind,
            many=many,
        )


def leaves(schema: Schema, definitions: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Each member of a body that is no object itself, with the path to it."""
    for name, member in schema.get("properties", {}).items():
        kind = _resolved(member, definitions)
        if "properties" in kind:
            for path, found in leaves(kind, definitions):
                yield (name, *path), found
        else:
            yield (name,), kind


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    """Without null, and without `$ref`."""
    if reference := schema.get("$ref"):
        return _resolved(definitions[reference.rsplit("/", 1)[-1]], definitions)
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return _resolved(kinds[0], definitions) if kinds else schema


@dataclass(slots=True)
class Form:
    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, filled in as a browser shows them."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self._open = False
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or self.address
            self.found.append(Form(given.get("method", "get").upper(), action))
            self._open = True
        elif self._open and tag in {"input", "textarea", "select"} and given.get("name"):
            self._take(tag, given)
        elif self._open and tag == "option" and self._select:
            values = self.found[-1].values
            if "selected" in given or not values.get(self._select):
                values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        elif tag == "select":
            self._select = ""

    def _take(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if name == "csrf_token" or kind in {"file", "submit"}:
            return
        self._select = name if tag == "select" else ""
        ticked = kind not in {"checkbox", "radio"} or "checked" in given
        self.found[-1].values.setdefault(name, given.get("value", "") if ticked else "")


def add_form(app: Stackroom, known: list[Way], form: Form) -> None:
    """What a page's form sends belongs to the way it is sent."""
    path, _, query = form.action.partition("?")
    try:
        rule, _ = app.url_map.bind("any.test").match(path, form.method, return_rule=True)
    except HTTPException:
        return  # an address of another site, or of a platform page that is not served here
    names = [*form.values, *(pair.partition("=")[0] for pair in query.split("&") if pair)]
    for way in known:
        if way.rule is rule and way.method == form.method and not way.is_api:
            place = "query" if form.method == "GET" else "form"
            present = {found.name for found in way.fields}
            way.fields += [Field(place, (name,)) for name in names if name not in present]
            if place == "form":
                shown = {name: text for name, text in form.values.items() if text}
                way.example = dict.fromkeys(form.values, "") | way.example | shown
