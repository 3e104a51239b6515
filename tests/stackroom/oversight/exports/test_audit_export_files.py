"""What the files hold: the entries of the filter, in each format, and no more than was asked."""

import csv
import json
from io import StringIO
from typing import Any

import pytest

from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.oversight.exports import ocsf, writing
from stackroom.testing.furnish import add_bib, add_item, add_patron, furnish, lend
from stackroom.testing.house import PASSWORD, House

URL = "/api/v1/audit/exports"
FORMULA = "=HYPERLINK(1)"


def export(house: House, form: str, *, values: bool = True, **query: Any) -> bytes:
    auditor = house.api("auditor")
    body = {"format": form, "with_values": values, "filter": query}
    made = auditor.post(URL, json=body).json
    house.deliver()
    return bytes(auditor.get(f"{URL}/{made['id']}/file").data)


def entries(house: House, **query: Any) -> list[dict[str, Any]]:
    """As the API tells them, oldest first."""
    wanted = {"per_page": 100, **query}
    answer = house.api("auditor").get("/api/v1/audit/entries", query_string=wanted)
    assert answer.json["total"] <= 100
    return list(reversed(answer.json["items"]))


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def lively(north: House) -> House:
    """A house with titles, a loan, a patron, and somebody who could not sign in."""
    with north.work() as session:
        item = add_item(add_bib("The tides, or “fog”"), "I-1")
        session.add(lend(item, add_patron("P-1", "Tove Ek", email="tove@reader.example")))
        session.add(ItemType(code="x-map", name=FORMULA))
    with north.work() as session:
        session.query(ItemType).filter_by(code="x-map").one().name = "Map"
    wrong = {"email": north.email("auditor"), "password": "not the one"}
    north.anonymous().post("/api/v1/auth/tokens", json=wrong)
    right = {"email": north.email("librarian"), "password": PASSWORD}
    north.anonymous().post("/api/v1/auth/tokens", json=right)
    return north


def test_json_lines_are_the_entries_of_the_api(lively: House) -> None:
    query: dict[str, Any] = {"subject_type": "item_type"}
    assert lines(export(lively, "jsonl", **query)) == entries(lively, **query)


@pytest.mark.parametrize(
    "query",
    [
        {"actor": "Lib"},
        {"channel": "api", "q": "tides"},
        {"action": "auth.login_failed"},
        {"since": "2020-01-01", "until": "2020-02-01"},
    ],
    ids=["actor", "channel", "action", "nothing"],
)
def test_any_filter_is_kept_to(lively: House, query: dict[str, Any]) -> None:
    query = {"until": clock.now().isoformat(), **query}
    wanted = [entry["id"] for entry in entries(lively, **query)]
    assert [line["id"] for line in lines(export(lively, "jsonl", **query))] == wanted
    assert [row["id"] for row in rows(export(lively, "csv", **query))] == wanted


def test_a_record_of_another_organisation_is_in_no_file(lively: House, harbour: House) -> None:
    theirs = entries(harbour, action="library.created")[0]["subject"]["id"]
    assert entries(harbour, subject_id=theirs)
    assert export(lively, "jsonl", subject_id=theirs) == b""


def test_pages_join_without_a_seam(lively: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PAGE", 3)
    query: dict[str, Any] = {"until": clock.now().isoformat(), "channel": "api"}
    assert lines(export(lively, "jsonl", **query)) == entries(lively, **query)


def test_a_spreadsheet_runs_nothing_and_reads_back(lively: House) -> None:
    content = export(lively, "csv", action="item_type.created", q=FORMULA)
    (row,) = rows(content)
    (entry,) = entries(lively, action="item_type.created", q=FORMULA)
    assert row["subject_label"] == f"'{FORMULA}"
    assert (row["actor_label"], row["at"]) == (entry["actor"]["label"], entry["at"])
    assert json.loads(row["changes"]) == entry["changes"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_values_are_left_out_unless_asked_for(lively: House) -> None:
    for form in ("jsonl", "csv", "ocsf"):
        content = export(lively, form, values=False).decode()
        assert "tove@reader.example" not in content
    (line,) = lines(export(lively, "jsonl", values=False, action="item_type.updated"))
    assert line["changes"] == [{"field": "name", "label": "name"}]
    assert line["sentence"].endswith("“Map”: name")
    (failed,) = lines(export(lively, "jsonl", values=False, action="auth.login_failed"))
    assert failed["data"] == {}
    assert failed["sentence"] == "could not sign in as …: …"


def test_ocsf_events_have_the_shape_of_their_class(lively: House) -> None:
    furnish(lively)
    found = lines(export(lively, "ocsf"))
    for event in found:
        check(event)
    kinds = {event["class_uid"] for event in found}
    assert kinds >= {ocsf.ENTITY, ocsf.AUTHENTICATION, ocsf.ACCOUNT_CHANGE}


def test_ocsf_tells_a_sign_in_that_failed(lively: House) -> None:
    (entry,) = entries(lively, action="auth.login_failed")
    (event,) = lines(export(lively, "ocsf", action="auth.login_failed"))
    assert event["type_uid"] == 300201
    assert event["status_id"] == ocsf.FAILURE
    assert event["metadata"]["uid"] == entry["id"]
    assert event["src_endpoint"] == {"ip": "127.0.0.1"}
    assert event["message"].endswith(entry["sentence"])
    assert event["unmapped"]["data"] == entry["data"]


def test_ocsf_tells_what_a_change_changed(lively: House) -> None:
    (entry,) = entries(lively, action="item_type.updated")
    (event,) = lines(export(lively, "ocsf", action="item_type.updated"))
    assert event["type_uid"] == 300403
    assert event["entity"] == {"uid": entry["subject"]["id"], "name": "Map", "type": "item_type"}
    assert event["actor"]["user"]["name"] == entry["actor"]["label"]
    assert event["unmapped"]["changes"] == entry["changes"]


NEEDED = {
    ocsf.ACCOUNT_CHANGE: {"user"},
    ocsf.AUTHENTICATION: {"user", "service"},
    ocsf.ENTITY: {"entity"},
    ocsf.API: {"api", "actor", "src_endpoint"},
}
"""Beside the base event: attributes required by the class (OCSF 1.5.0)."""
ACTIVITIES = {
    ocsf.ACCOUNT_CHANGE: {*range(1, 12), 99},
    ocsf.AUTHENTICATION: {1, 2},
    ocsf.ENTITY: {1, 2, 3, 4, 99},
    ocsf.API: {1, 2, 3, 4, 99},
}


def check(event: dict[str, Any]) -> None:
    kind, activity = event["class_uid"], event["activity_id"]
    assert NEEDED[kind] <= event.keys()
    assert activity in ACTIVITIES[kind]
    assert event["type_uid"] == kind * 100 + activity
    assert event["category_uid"] == kind // 1000
    assert event["severity_id"] in range(7)
    assert event["status_id"] in (1, 2)
    assert isinstance(event["time"], int)
    assert event["time"] > 1_500_000_000_000
    assert event["metadata"].keys() >= {"version", "product", "uid"}
    assert event["actor"]["user"]["name"]
    for user in (event["actor"]["user"], event.get("user", {"name": "x"})):
        assert user.get("name") or user.get("uid")
    assert event["src_endpoint"].get("ip") or event["src_endpoint"]["name"]
    if kind == ocsf.ENTITY:
        assert event["entity"]["uid"]
