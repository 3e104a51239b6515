"""The work of one organisation over the HTTP API, written down so that it can be done again by
another that is alone; and everything the API shows of an organisation, to compare the two."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stackroom.testing.house import Answer, Api, House
from stackroom.testing.isolation.asking import VARIES
from stackroom.testing.isolation.ways import ways

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
WORDS = ("tides", "winter garden", "-tides", "gard*")
HEADERS = {"X-Request-Id": "alone"}
OPENED = 10
"""Records of a list that are looked at by themselves, too; of the trail it would be hundreds."""
Json = Any


@dataclass(frozen=True, slots=True)
class Act:
    """One request. `path` and `body` name records by handles, such as `{bib 1}`; `makes`: the
    handle of what it makes. Without a path: `method` is something that happens to the house."""

    method: str
    path: str = ""
    body: tuple[tuple[str, Json], ...] = ()
    makes: str = ""


@dataclass(slots=True)
class Clerk:
    """Acts for one house, and keeps what it has done and which answer it got."""

    house: House
    api: Api
    handles: dict[str, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)

    @classmethod
    def of(cls, house: House) -> "Clerk":
        return cls(house, house.api("admin"))

    def do(self, act: Act) -> None:
        self.acts.append(act)
        if not act.path:
            self.house.suspend() if act.method == "suspend" else self.house.resume()
            return
        body = {name: self._sent(name, value) for name, value in act.body}
        answer = self.api.request(
            act.method, self._named(act.path), json=body or None, headers=HEADERS
        )
        if act.makes and answer.status_code == 201:
            self.handles[act.makes] = answer.json["id"]
        self.answers.append((act, answer.status_code, read(answer)))

    def kept(self, kind: str) -> list[str]:
        """Handles of this kind, in the order in which they were made."""
        return [handle for handle in self.handles if handle.startswith(kind)]

    def new(self, kind: str) -> str:
        """A handle for the next record; one that is refused leaves a gap."""
        return f"{kind} {len(self.acts)}"

    def _sent(self, name: str, value: Json) -> Json:
        """Of an e-mail the act keeps what stands before the @; the rest is the house's own."""
        domain = f"@{self.house.tenant.slug}.example" if name == "email" else ""
        return f"{value}{domain}" if domain else self._named(value)

    def _named(self, text: Json) -> Json:
        if not isinstance(text, str):
            return text
        return re.sub(r"\{(.+?)\}", lambda found: self.handles[found[1]], text)


def replayed(clerk: Clerk, house: House) -> Clerk:
    alone = Clerk.of(house)
    for act in clerk.acts:
        alone.do(act)
    return alone


def visible(clerk: Clerk) -> dict[str, Json]:
    """Every list of the API, searches, and the first records that a list names, by address. Without
    what no two organisations have in common: ids become numbers in the order in which they are
    met."""
    shown = {path: read(answer) for path, answer in _read_all(clerk.house, clerk.api)}
    answers = [(str(act), status, body) for act, status, body in clerk.answers]
    told: dict[str, Json] = plain({"answers": answers, **shown}, clerk.house)
    return told


def _read_all(house: House, api: Api) -> Iterator[tuple[str, Answer]]:
    reads = [way for way in ways(house.app) if way.is_api and way.method == "GET"]
    lists = [way.rule.rule for way in reads if not way.rule.arguments and way.access.permission]
    records = {way.rule.rule for way in reads if len(way.rule.arguments) == 1}
    for path in lists:
        answer = api.get(f"{path}?per_page=100" if path != "/api/v1/me" else path, headers=HEADERS)
        yield path, answer
        for place, item in enumerate(answer.json.get("items", [])[:OPENED]):
            for rule in records:
                if re.fullmatch(rf"{path}/<[^>]+>(/\w+)?", rule):
                    address = re.sub("<[^>]+>", str(item.get("id")), rule)
                    yield f"{rule} {place}", api.get(address, headers=HEADERS)
    for words in WORDS:
        yield f"search {words}", api.get(f"/api/v1/bibs?q={words}", headers=HEADERS)


def read(answer: Answer) -> Json:
    return json.loads(answer.get_data() or b"null")


def plain(shown: Json, house: House) -> Json:
    text = json.dumps(shown, ensure_ascii=False).replace(house.tenant.slug, "<slug>")
    text = text.replace(house.tenant.slug.title(), "<name>")
    numbers: dict[str, str] = {}
    text = ID.sub(lambda found: numbers.setdefault(found[0], f"<{len(numbers)}>"), text)
    for pattern, stand_in in VARIES:
        text = pattern.sub(stand_in, text)
    return json.loads(text)
