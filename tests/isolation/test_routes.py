"""Every route × method, with a foreign value in each place that names something, and with a foreign
token and cookie. Drawn from the app: a new route is attacked on the day it is written."""

import gzip
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from stackroom.staff import sign_in, tokens
from stackroom.testing.house import Answer, House
from stackroom.testing.isolation.asking import Asker, Told, drawn, own_values
from stackroom.testing.isolation.attacks import Attack, attacks
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import Snapshot, marks, snapshot
from stackroom.testing.isolation.ways import Way

NEVER_THE_SAME = {"/metrics"}
"""The process's own counts; what they may tell is tested in tests/stackroom/observability."""


@dataclass(slots=True)
class Siege:
    asker: Asker
    ways: list[Way]
    attacks: list[Attack]
    marks: frozenset[str]
    token: str
    cookie: str
    before: Snapshot


@pytest.fixture(scope="module")
def siege(two: Neighbours) -> Siege:
    """All is planned before the first attack, so that harbour must stay as it is now."""
    ways = drawn(two.north)
    planned = [attack for way in ways for attack in attacks(two, way)]
    token, cookie = two.harbour.api("admin").token, cookie_of(two.harbour)
    seen, before = marks(two.harbour), snapshot(two.harbour)
    return Siege(Asker(two.north), ways, planned, seen, token, cookie, before)


def test_a_foreign_value_answers_as_one_of_nobodys(siege: Siege, matrix: Recording) -> None:
    """In the address, the query, the body and the form; the same status and the same bytes."""
    with matrix("route", at_least=200) as found:
        for attack in siege.attacks:
            leak = attack.leak(siege.asker, siege.marks)
            found.note(attack.way.rule.rule, attack.way.method, attack.title, leak)


def test_values_of_its_own_are_found(siege: Siege) -> None:
    """The matrix proves nothing if what it sends is never right."""
    lost = []
    for attack in siege.attacks:
        if attack.place == "path":
            answer = attack.ask(siege.asker, attack.own) if attack.way.method == "GET" else None
            if answer and answer.status_code not in (200, 302, 303):
                lost.append(f"{attack.way} {attack.title}: {answer.status_code}")
        elif attack.must_mean_something and not attack.means_something(siege.asker):
            lost.append(f"{attack.way} {attack.title}: it changes nothing")
    assert not lost, "\n".join(lost)


def test_a_foreign_token_serves_nowhere(siege: Siege, two: Neighbours, matrix: Recording) -> None:
    """Refused where anybody is looked up at all; else the answer is that for nobody."""
    with matrix("route", at_least=100) as found:
        for way in (way for way in siege.ways if way.rule.rule not in NEVER_THE_SAME):
            values = own_values(two.north, way)
            answer = siege.asker.ask(way, values, token=siege.token)
            if way.access.asks_who:
                leak = "" if answer.status_code == 401 else f"{answer.status_code} {answer.text}"
            else:
                nobody = siege.asker.ask(way, values, token="")
                leak = Told.of(answer).differs_from(Told.of(nobody))
            found.note(way.rule.rule, way.method, "foreign bearer token", leak)


def test_a_foreign_cookie_is_nobodys(siege: Siege, two: Neighbours, matrix: Recording) -> None:
    with matrix("route", at_least=100) as found:
        for way in (way for way in siege.ways if way.rule.rule not in NEVER_THE_SAME):
            values = own_values(two.north, way)
            answer = siege.asker.ask(way, values, token="", cookie=siege.cookie)
            nobody = siege.asker.ask(way, values, token="")
            leak = Told.of(answer).differs_from(Told.of(nobody))
            if way.writes and answer.status_code == 400:
                leak = ""  # whoever sends a cookie must send a form's token too
            found.note(way.rule.rule, way.method, "foreign cookie", leak)


def test_no_answer_tells_of_the_neighbour(siege: Siege, matrix: Recording) -> None:
    """Whatever north reads of its own, lists and counts too, names no id and no name of
    harbour's."""
    with matrix("route", at_least=50) as found:
        for way in siege.ways:
            if way.method != "GET":
                continue
            text = unpacked(siege.asker.ask(way, own_values(siege.asker.house, way)))
            seen = sorted(mark for mark in siege.marks if mark in text)
            found.note(way.rule.rule, way.method, "reading its own", f"tells {seen}" * bool(seen))


def unpacked(answer: Answer) -> str:
    """An export is read member by member: a mark could hide in what is compressed."""
    if answer.mimetype == "application/gzip":
        return gzip.decompress(answer.data).decode()
    if answer.mimetype != "application/zip":
        return answer.text
    with ZipFile(BytesIO(answer.data)) as bundle:
        return "\n".join(bundle.read(name).decode(errors="replace") for name in bundle.namelist())


def test_harbour_stands_as_before(siege: Siege, two: Neighbours, matrix: Recording) -> None:
    """Row by row, whatever the attacks above have tried."""
    after = snapshot(two.harbour)
    with matrix("table", at_least=30) as found:
        for table, rows in siege.before.items():
            changed = len(set(map(repr, rows)) ^ set(map(repr, after[table])))
            found.note(table, "any", "all routes", f"{changed} rows differ" * bool(changed))


def cookie_of(house: House) -> str:
    with house.work("admin"):
        opened = sign_in.open_session(house.account("admin"), timedelta(hours=1))
        return tokens.issue(opened.account.id, opened.session.id, timedelta(hours=1))
