"""Asks one way with chosen values, and brings the answer into a form that can be compared."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from stackroom.staff.roles.shipped import Role
from stackroom.testing.house import ROLES, Answer, Api, House
from stackroom.testing.isolation.references import NAMED_BY_US, held, kind_of
from stackroom.testing.isolation.ways import UPLOAD, Field, Forms, Way, add_form, ways

REQUEST_ID = "matrix"
OWN_ACCOUNT = "me.read"
SIGNS_OUT = "auditor"
"""Who closes sessions, and signs in anew for each request: the others stay signed in."""
VARIES = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"), "<at>"),
    (re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d\b"), "<at>"),
    (re.compile(r"\b\d{14,20}-\d+\b"), "<entry>"),
    (re.compile(r'(csrf[-_]token"[^>]*(?:content|value)=")[^"]+'), r"\1<token>"),
    (re.compile(r'nonce="[^"]+"'), 'nonce="<nonce>"'),
    (re.compile(r"\b(state|nonce|code_challenge)=[\w-]+"), r"\1=<random>"),
    (re.compile(r"\bP\d{12}\b"), "<card>"),
    (re.compile(r"\bPatron [A-Z2-7]{4}-[A-Z2-7]{4}\b"), "<pseudonym>"),
    (re.compile(r'("(?:access|refresh)_token":\s*")[^"]+'), r"\1<token>"),
)
LETTERS = 7
"""What is shorter stands in any page, sent or not."""
POSITION = "2"
"""Of the record of an import that furnish() leaves rejected."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer without what differs from one request to the next."""

    status: int
    location: str
    text: str

    @classmethod
    def of(cls, answer: Answer, *sent: str) -> "Told":
        location, text = answer.headers.get("Location", ""), answer.get_data().decode("latin-1")
        sent = tuple(each for each in sent if len(each) > LETTERS)
        parts = [each.rpartition("/")[2] for each in sent]  # a place is a library and a location
        for written in (*sent, *map(quote, sent), *(quote(each, safe="") for each in sent), *parts):
            location, text = (each.replace(written, "<sent>") for each in (location, text))
        for pattern, stand_in in VARIES:
            location, text = (pattern.sub(stand_in, each) for each in (location, text))
        return cls(answer.status_code, location, text)

    def differs_from(self, other: "Told") -> str:
        """What a person looks at first; empty if the two are equal."""
        if (self.status, self.location) != (other.status, other.location):
            return f"{self.status} {self.location}, not {other.status} {other.location}"
        pairs = zip_longest(self.text.splitlines(), other.text.splitlines(), fillvalue="")
        return next((f"{a[:200]!r}, not {b[:200]!r}" for a, b in pairs if a != b), "")


Values = dict[tuple[str, ...], str]
"""By place and path of a field."""


@dataclass(slots=True)
class Asker:
    """Asks as one of the house's own people, who holds the permission that the way asks for."""

    house: House
    apis: dict[str, Api] = field(default_factory=dict)

    def ask(
        self, way: Way, values: Values, *, token: str | None = None, cookie: str = ""
    ) -> Answer:
        """`token`: of somebody else, or "" for nobody's."""
        api = self._api(way, token)
        app = self.house.app
        api.client = app.test_client(use_cookies=bool(cookie))
        if cookie:
            api.client.set_cookie(app.config["SIGN_IN_COOKIE"], cookie, domain=api.host)
        options: dict[str, Any] = {"headers": headers(way)}
        if way.writes:
            known = self.revision(way, values) if token is None else {}
            options |= body(way, values | known)
        return api.request(way.method, address(way, values), **options)

    def send(self, way: Way, values: Values, *, json: Any, **more: str) -> Answer:
        """With a body as it is given, and further headers."""
        sent = headers(way) | {name.replace("_", "-"): text for name, text in more.items()}
        api = self._api(way, None)
        api.client = self.house.app.test_client(use_cookies=False)
        return api.request(way.method, address(way, values), json=json, headers=sent)

    def revision(self, way: Way, values: Values) -> Values:
        """A form names the revision that its page showed; where none is given, we look at the page
        again, as one of the house's own people."""
        if "revision" not in way.example or way.is_api or ("form", "revision") in values:
            return {}
        page = self.ask(replace(way, method="GET"), values)
        forms = Forms(page.request.path, page.text).found
        shown = [form.values["revision"] for form in forms if "revision" in form.values]
        return {("form", "revision"): shown[0]} if shown else {}

    def _api(self, way: Way, token: str | None) -> Api:
        if token is not None:
            return Api(self.house.app.test_client(), self.house.tenant.host, token)
        role = role_for(way)
        if role == SIGNS_OUT or role not in self.apis:
            self.apis[role] = self.house.api(role)
        return self.apis[role]


def role_for(way: Way) -> str:
    wanted = way.access.permission
    if wanted and wanted.key == OWN_ACCOUNT and way.writes:
        return SIGNS_OUT
    roles = [role for role in ROLES if wanted is None or Role(role) in wanted.roles]
    assert roles, f"no shipped role may ask {way}"
    return roles[0]


def headers(way: Way) -> dict[str, str]:
    return {"X-Request-Id": REQUEST_ID, "Accept": "application/json" if way.is_api else "text/html"}


def address(way: Way, values: Values) -> str:
    given = {name: values.get(("path", name), POSITION) for name in way.rule.arguments}
    given |= {name: text for name, text in NAMED_BY_US.items() if name in given}
    path = way.rule.rule
    for name in way.rule.arguments:
        path = re.sub(rf"<(?:\w+:)?{name}>", quote(given[name]), path)
    asked = {key[1]: value for key, value in values.items() if key[0] == "query"}
    return path + ("?" + "&".join(f"{n}={quote(v)}" for n, v in asked.items()) if asked else "")


def body(way: Way, values: Values) -> dict[str, Any]:
    if way.content_type == "application/json":
        return {"json": filled(way, values)}
    form = {name: text for name, text in way.example.items() if text != ""}
    form |= {key[1]: value for key, value in values.items() if key[0] == "form"}
    if way.content_type == UPLOAD or way.rule.rule == "/imports":
        form["file"] = (BytesIO(b"title\nThe tides\n"), "titles.csv")
    return {"data": form}


def filled(way: Way, values: Values) -> dict[str, Any]:
    """The example with the values in their places, as deep as they stand."""
    document: dict[str, Any] = json.loads(json.dumps(way.example))
    fields = {(each.place, *each.path): each for each in way.fields}
    for key, value in values.items():
        if key[0] != "json":
            continue
        inner = document
        for step in key[1:-1]:
            inner = inner.setdefault(step, {})
        inner[key[-1]] = [value] if key in fields and fields[key].many else value
    return document


def own_values(house: House, way: Way) -> Values:
    """Everything that the way must be given, from the house itself; of queries nothing, and of
    bodies only what the example or the form names."""
    values: Values = {}
    for each in way.fields:
        kind = kind_of(way, each)
        if not kind or each.place == "query":
            continue
        if each.place == "path":
            values["path", each.name] = held(house, kind)
        elif _stands_in(way.example, each) and not _keeps(each):
            values[each.place, *each.path] = held(house, kind)
    return values


def _stands_in(example: dict[str, Any], each: Field) -> bool:
    inner: Any = example
    for step in each.path:
        if not isinstance(inner, dict) or step not in inner:
            return False
        inner = inner[step]
    return True


def _keeps(each: Field) -> bool:
    """What a new record calls itself must be new; what it refers to must be there."""
    return each.name in {"barcode", "email", "isbns", "subjects", "title", "author"} or (
        each.name.startswith("control_")
    )


def drawn(house: House) -> list[Way]:
    """All ways of the house's app, with the fields of the forms that its pages show. A page takes
    what its twin in the API takes; pages about staff lie together, their twins do not."""
    found = ways(house.app)
    asker = Asker(house)
    twins = {str(way): way for way in found if way.is_api}
    pages = [way for way in found if not way.is_api]
    for way in pages:
        path = way.rule.rule.removesuffix("/new") if way.writes else way.rule.rule
        places = (path, path.removeprefix("/staff"))
        paired = (twins.get(f"{way.method} /api/v1{place}") for place in places)
        if twin := next(filter(None, paired), None):
            way.example = dict(twin.example)
            way.fields += [each for each in twin.fields if each.place == "query"]
    for way in (each for each in pages if each.method == "GET"):
        for answer in _looked_at(asker, way):
            if answer.mimetype == "text/html" and answer.status_code == 200:
                for form in Forms(answer.request.path, answer.text).found:
                    add_form(house.app, found, form)
    return found


def _looked_at(asker: Asker, way: Way) -> Iterator[Answer]:
    """By somebody who may; and by nobody, to whom doors show a form that others are led past."""
    yield asker.ask(way, own_values(asker.house, way))
    if way.access.permission is None:
        yield asker.ask(way, own_values(asker.house, way), token="")
