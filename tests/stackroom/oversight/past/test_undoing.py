"""A whole import is undone, and what was undone can be undone."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from stackroom.core.actor import Channel, Provenance, acting_as
from stackroom.core.http import Stackroom
from stackroom.oversight.past import runner
from stackroom.oversight.past.service import undoing
from stackroom.testing.house import open_house
from stackroom.testing.importing import field, marc
from stackroom.testing.past import AUDIT, Past
from stackroom.testing.visitor import visit
from tenants import context

GPO = "marc/gpo_misc/basic_coll_el_marc8.mrc"


def copy(barcode: str) -> Any:
    return field("952", p=barcode)


def first_and_second(past: Past) -> tuple[UUID, UUID]:
    """One import brings two titles with a copy each, the next changes one and adds a third."""
    one = marc("1", "Kalevala", copy("K-1"), isbns=["9780441478125"])
    first = past.bring_in(one + marc("2", "Kanteletar", copy("K-2")), mapping="952")
    again = marc("1", "Kalevala again", copy("K-1"))
    return first, past.bring_in(again + marc("3", "Seven brothers", copy("K-3")), mapping="952")


def test_an_import_is_undone_and_the_catalogue_is_as_before(past: Past) -> None:
    first = past.bring_in(marc("1", "Kalevala", copy("K-1"), isbns=["9780441478125"]))
    before = past.catalogue()
    second = past.bring_in(marc("1", "Kalevala again") + marc("3", "Seven brothers"))
    assert past.preview(second)["counts"] == [
        {"kind": "bib", "act": "set_back", "rows": 1},
        {"kind": "bib", "act": "delete", "rows": 1},
    ]
    undone = past.undo(second)
    assert (undone["status"], undone["done"], undone["left"]) == ("done", 2, 0)
    assert past.catalogue() == before
    words = past.api().get("/api/v1/bibs?q=again").json["items"]
    assert words == []
    assert past.told("batch.undone")[0]["batch_id"] == str(second)
    assert past.undo(first)["done"] == 1
    assert past.catalogue()["bibs"] == []


def test_copies_and_places_go_with_their_titles(past: Past) -> None:
    first, second = first_and_second(past)
    assert past.undo(second)["left"] == 0
    assert past.undo(first)["status"] == "done"
    assert {name: len(rows) for name, rows in past.catalogue().items()} == {
        "bibs": 0, "holdings": 0, "items": 0, "bib_isbns": 0,
    }  # fmt: skip


def test_a_copy_that_was_moved_moves_back(past: Past) -> None:
    past.bring_in(marc("1", "Kalevala", copy("K-1")), mapping="952")
    before = past.catalogue()
    moved = marc("1", "Kalevala", field("952", p="K-1", o="FIN 894"))
    second = past.bring_in(moved, mapping="952")
    assert past.catalogue() != before
    preview = past.preview(second)
    assert {each["kind"] for each in preview["counts"]} == {"bib", "holdings", "item"}
    assert preview["left_total"] == 0
    assert past.undo(second)["left"] == 0
    assert past.catalogue() == before


def test_an_undo_is_undone(past: Past) -> None:
    _, second = first_and_second(past)
    before = past.catalogue()
    undone = past.undo(second)
    assert past.catalogue() != before
    again = past.undo(undone["id"])
    assert (again["status"], again["left"]) == ("done", 0)
    assert past.catalogue() == before
    kinds = [each["kind"] for each in past.api().get(f"{AUDIT}/batches").json["items"]]
    assert kinds == ["undo", "undo", "import", "import"]


def test_what_others_changed_since_is_left_and_named(past: Past) -> None:
    _, second = first_and_second(past)
    shown = past.api("librarian").get("/api/v1/bibs?q=brothers").json["items"][0]
    past.api("librarian").patch(f"/api/v1/bibs/{shown['id']}", json={"title": "Eight brothers"})
    left = past.preview(second)["left"]
    assert [(each["label"], each["act"]) for each in left] == [("Seven brothers", "delete")]
    assert left[0]["why"].startswith("Librarian of")
    undone = past.undo(second)
    assert undone["left"] == 1
    lines = past.api().get(f"{AUDIT}/undos/{undone['id']}/lines?outcome=left").json["items"]
    assert [each["why"] for each in lines] == [left[0]["why"]]


def test_a_copy_on_loan_is_left_with_all_it_hangs_on(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala", copy("K-1")), mapping="952")
    librarian = past.api("librarian")
    patron = {"name": "Tove Ek", "category": "adult", "barcode": "P-1"}
    assert librarian.post("/api/v1/patrons", json=patron).status_code == 201
    lent = {"item_barcode": "K-1", "patron_barcode": "P-1"}
    assert librarian.post("/api/v1/loans", json=lent).status_code == 201
    before = past.catalogue()
    whys = {each["kind"]: each["why"] for each in past.preview(batch)["left"]}
    assert whys["item"].startswith("Librarian of")
    assert whys["holdings"] == "What belongs to it stays: 1 × copy."
    assert "1 × holdings" in whys["bib"]
    assert past.undo(batch)["left"] == 3
    assert past.catalogue() == before


def test_what_was_changed_and_changed_back_is_undone(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    bib = past.api("librarian").get("/api/v1/bibs?q=kalevala").json["items"][0]["id"]
    version = past.version("bib", bib)
    past.api("librarian").patch(f"/api/v1/bibs/{bib}", json={"title": "X"})
    assert past.preview(batch)["left_total"] == 1
    past.restore("bib", bib, version)
    assert past.preview(batch)["left_total"] == 0
    past.api("librarian").delete(f"/api/v1/bibs/{bib}")
    assert " deleted it on " in past.preview(batch)["left"][0]["why"]


def test_a_new_copy_keeps_the_title_that_an_import_made(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    bib = past.api("librarian").get("/api/v1/bibs?q=kalevala").json["items"][0]["id"]
    past.add_item(bib, "K-9")
    undone = past.undo(batch)
    assert (undone["done"], undone["left"]) == (0, 1)
    assert not past.as_of("bib", bib).json["deleted"]


def test_a_taken_barcode_stops_one_row_alone(past: Past) -> None:
    first = past.bring_in(
        marc("1", "Kalevala", copy("K-1")) + marc("2", "Kanteletar", copy("K-2")), mapping="952"
    )
    undone = past.undo(first)
    past.add_item(past.add_bib("Another"), "K-1")
    again = past.undo(undone["id"])
    assert (again["done"], again["left"]) == (5, 1)
    why = past.preview(undone["id"])["left"]
    assert any("barcode “K-1” is that of" in each["why"] for each in why)


class Crash(BaseException):
    """The worker dies."""


def test_a_crash_loses_nothing_and_does_nothing_twice(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ROWS", 1)
    batch = past.bring_in(marc("7", "Gone soon") + marc("8", "As well"))
    with past.house.work("admin"):
        undo_id = undoing.start(batch, "Oops").id
    beats = iter([None, None])  # as it begins, and with the first row

    def beat() -> None:
        if next(beats, "over") == "over":
            raise Crash

    with pytest.raises(Crash), at_work(past):
        runner.run(undo_id, beat=beat)
    assert len(past.catalogue()["bibs"]) == 1
    with at_work(past):
        runner.run(undo_id)
        runner.run(undo_id)
    assert past.catalogue()["bibs"] == []
    assert past.api().get(f"{AUDIT}/undos/{undo_id}").json["done"] == 2
    assert len(past.told("batch.undone")) == 1


@contextmanager
def at_work(past: Past, role: str = "admin") -> Iterator[None]:
    actor = past.house.actor(role)
    with (
        past.house.app.app_context(),
        context.acting_for(past.house.tenant),
        acting_as(Provenance(actor, Channel.JOB)),
    ):
        yield


def test_whoever_lost_the_right_stops_and_another_goes_on(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    with past.house.work("librarian"):
        undo_id = undoing.start(batch, "Oops").id
    past.house.deliver()
    path = f"{AUDIT}/undos/{undo_id}"
    found = past.api().get(path).json
    assert found["status"] == "stopped"
    assert "may no longer undo" in found["detail"]
    assert past.api("auditor").post(f"{path}/resume").status_code == 403
    assert past.api().post(f"{path}/resume").status_code == 202
    past.house.deliver()
    assert past.api().get(path).json["status"] == "done"
    answer = past.api().post(f"{path}/resume")
    assert (answer.status_code, answer.json["code"]) == (409, "undo_not_stopped")


def test_a_batch_is_undone_once_at_a_time(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    path = f"{AUDIT}/batches/{batch}/undo"
    assert past.api().post(path, json={"reason": "Once."}).status_code == 202
    answer = past.api().post(path, json={"reason": "Twice."})
    assert (answer.status_code, answer.json["code"]) == (409, "undo_underway")


def test_an_undo_asks_for_a_reason_a_batch_and_the_right(app: Stackroom, past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    path = f"{AUDIT}/batches/{batch}/undo"
    answer = past.api().post(path, json={"reason": ""})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "reason")
    assert past.api("auditor").post(path, json={"reason": "Because."}).status_code == 403
    assert past.api().get(f"{AUDIT}/batches/{uuid4()}/undo").status_code == 404
    stranger = open_house(app, "stranger").api("admin")
    for asked in (path, path.removesuffix("/undo")):
        assert stranger.get(asked).status_code == 404
    assert stranger.post(path, json={"reason": "Because."}).status_code == 404
    assert len(past.catalogue()["bibs"]) == 1


def test_batches_are_found_by_who_why_and_kind(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"), filename="vendor.mrc")
    past.undo(batch)

    def listed(**asked: str) -> list[str]:
        answer = past.api("auditor").get(f"{AUDIT}/batches", query_string=asked)
        return [each["kind"] for each in answer.json["items"]]

    assert listed() == ["undo", "import"]
    assert listed(q="VENDOR librarian") == ["import"]
    assert listed(q="wrong file") == ["undo"]
    assert listed(kind="import", since="2020-01-01") == ["import"]
    assert listed(until="2020-01-01") == listed(kind="bulk") == []
    found = past.api("auditor").get(f"{AUDIT}/batches/{batch}").json
    assert (found["rows"], found["reason"]) == (1, "Import of vendor.mrc")


def test_the_spreadsheet_has_a_line_for_each_row(past: Past) -> None:
    batch = past.bring_in(marc("1", "=Kalevala") + marc("2", "Kanteletar"))
    undone = past.undo(batch)
    for address, client in (
        (f"{AUDIT}/undos/{undone['id']}/lines.csv", past.api("auditor")),
        (f"/audit/undos/{undone['id']}/lines.csv", visit(past.house, "auditor")),
    ):
        answer = client.get(address)
        rows = list(csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig"))))
        assert [row["Record"] for row in rows] == ["'=Kalevala", "Kanteletar"]
        assert {row["Outcome"] for row in rows} == {"done"}


def test_the_pages_lead_from_the_import_to_what_became_of_it(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala") + marc("2", "Kanteletar"), filename="gift.mrc")
    admin = visit(past.house, "admin")
    assert f'href="/audit/batches/{batch}/undo"' in admin.get(f"/imports/{batch}").text
    assert "Import of gift.mrc" in admin.get("/audit/batches").text
    assert f'href="/imports/{batch}"' in admin.get(f"/audit/batches/{batch}").text
    preview = admin.get(f"/audit/batches/{batch}/undo").text
    assert "created, to be deleted" in preview
    refused = admin.post(f"/audit/batches/{batch}/undo", {"reason": ""})
    assert refused.status_code == 422
    started = admin.post(f"/audit/batches/{batch}/undo", {"reason": "A trial."})
    assert started.status_code == 303
    assert "Load this page again" in admin.get(started.location).text
    past.house.deliver()
    page = admin.get(started.location).text
    assert "Done" in page
    assert "Kanteletar" in page
    assert "A trial." in admin.get(f"/audit/batches/{batch}").text
    page = visit(past.house, "auditor").get(f"/audit/batches/{batch}").text
    assert "Undo…" not in page


def test_the_page_of_a_stopped_undo_lets_it_go_on(past: Past) -> None:
    batch = past.bring_in(marc("1", "Kalevala"))
    with past.house.work("librarian"):
        undo_id = undoing.start(batch, "Oops").id
    past.house.deliver()
    admin = visit(past.house, "admin")
    assert "Go on" in admin.get(f"/audit/undos/{undo_id}").text
    answer = admin.post(f"/audit/undos/{undo_id}/resume", {}, follow_redirects=True)
    assert "goes on" in answer.text


def test_real_records_are_undone_wholly(past: Past, shared_data: Path) -> None:
    past.add_bib("Kept")
    before = past.catalogue()
    batch = past.bring_in(shared_data / GPO)
    assert past.catalogue() != before
    undone = past.undo(batch)
    assert (undone["status"], undone["left"]) == ("done", 0)
    assert past.catalogue() == before
