"""Files, samples, notes and sign-offs."""

import csv
import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from uuid_utils.compat import uuid7

from stackroom.cli import main
from stackroom.core import clock
from stackroom.core.signed_documents import Unsound
from stackroom.oversight.reports import documents
from stackroom.oversight.reports.service.sampling import draw, rank
from stackroom.staff.models import SignInSession
from stackroom.testing.reports import DAY, PATH, Auditing, Thing


@pytest.fixture
def run(audit: Auditing) -> dict[str, Any]:
    """Three findings, one of a person whose name begins like a formula."""
    for number, name in enumerate(("=berta", "Żaneta", "omar")):
        about, at = Thing(uuid7(), "=1+1"), DAY + timedelta(minutes=number)
        audit.act(audit.person(name), "role.removed", about=about, at=at)
    return audit.run("staff.role_changes")


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def note(audit: Auditing, run: dict[str, Any], who: str = "auditor", **body: Any) -> Any:
    path = f"{PATH}/runs/{run['id']}/notes"
    return audit.api(who).post(path, json={"text": "Asked Berta.", **body})


def test_a_report_as_spreadsheet_runs_no_formula(audit: Auditing, run: dict[str, Any]) -> None:
    answer = audit.api().get(f"{PATH}/runs/{run['id']}/file?format=csv")
    rows = list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0] == [
        "number", "stands out", "what", "who", "at", "record", "kind of record", "lines", "entries",
    ]  # fmt: skip
    assert [row[3] for row in rows[1:]] == ["'=Berta", "Żaneta", "Omar"]
    assert rows[1][5] == "'=1+1"
    assert rows[1][4] == DAY.isoformat()
    assert answer.headers["Cache-Control"] == "no-store"
    assert "staff.role_changes-" in answer.headers["Content-Disposition"]
    assert [line.data for line in audit.told("control.taken")] == [{"format": "CSV"}]


def test_a_report_on_paper_holds_findings_and_notes(audit: Auditing, run: dict[str, Any]) -> None:
    note(audit, run, finding=2)
    answer = audit.api().get(f"{PATH}/runs/{run['id']}/file?format=pdf")
    text = text_of(answer.get_data())
    for words in ("Changes of roles", "Żaneta", "removed the role", "Asked Berta.", run["sha256"]):
        assert words in text, words
    assert "page 1 of" in text


def test_a_report_as_json_holds_what_its_hash_is_of(audit: Auditing, run: dict[str, Any]) -> None:
    held = audit.api().get(f"{PATH}/runs/{run['id']}/file?format=json").json
    assert held["run"]["sha256"] == run["sha256"]
    assert [each["number"] for each in held["findings"]] == [1, 2, 3]
    wrong = audit.api().get(f"{PATH}/runs/{run['id']}/file?format=doc")
    assert wrong.status_code == 422


units = st.lists(st.integers(0, 10**6).map(str), unique=True, max_size=40)


@settings(max_examples=30)
@given(units, st.text(min_size=1, max_size=10), st.integers(1, 50), st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order(
    found: list[str], seed: str, size: int, chance: Any
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    drawn = draw(shuffled, seed, size)
    assert drawn == draw(found, seed, size)
    assert len(drawn) == min(size, len(found))
    assert set(drawn) <= set(found)
    rest = set(found) - set(drawn)
    assert all(rank(seed, unit) > rank(seed, drawn[-1]) for unit in rest)


def test_a_draw_is_what_the_method_says() -> None:
    """By hand: the digests of "s\\n1", "s\\n2" and "s\\n3"."""
    digests = {unit: sha256(f"s\n{unit}".encode()).hexdigest() for unit in "123"}
    assert draw("123", "s", 2) == sorted("123", key=lambda unit: digests[unit])[:2]


def test_a_sample_of_findings_names_the_entries_behind_them(
    audit: Auditing, run: dict[str, Any]
) -> None:
    body = {"control_run_id": run["id"], "size": 2, "seed": "spring"}
    first = audit.api().post(f"{PATH}/samples", json=body)
    again = audit.api("admin").post(f"{PATH}/samples", json=body)
    assert first.status_code == 201
    assert first.json["units"] == again.json["units"] == draw("123", "spring", 2)
    found = audit.findings(run)
    assert first.json["entries"] == [
        entry for unit in first.json["units"] for entry in found[int(unit) - 1]["entries"]
    ]
    assert audit.api().get(f"{PATH}/samples/{first.json['id']}").json == first.json
    told = audit.told("sample.drawn")[0].data or {}
    assert told["seed"] == "spring"


def test_a_sample_of_entries_is_drawn_from_what_the_filters_leave(
    audit: Auditing, run: dict[str, Any]
) -> None:
    body = {"action": "role.removed", "size": 2, "since": "2026-03-01"}
    drawn = audit.api().post(f"{PATH}/samples", json=body).json
    assert (drawn["population"], len(drawn["units"])) == (3, 2)
    assert "SHA-256" in drawn["method"]
    assert drawn["asked"]["action"] == "role.removed"
    again = audit.api().post(f"{PATH}/samples", json={**body, "seed": drawn["seed"]}).json
    assert again["units"] == drawn["units"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "nothing.such"}, "since"),
        ({"size": 0}, "size"),
        ({"control_run_id": "run", "action": "role.removed"}, "action"),
    ],
)
def test_a_sample_of_nothing_is_refused(
    audit: Auditing, run: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    given = {**body, "control_run_id": run["id"]} if "control_run_id" in body else body
    answer = audit.api().post(f"{PATH}/samples", json=given)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_the_evidence_of_a_sample_is_the_same_whenever_it_is_taken(
    audit: Auditing, run: dict[str, Any]
) -> None:
    body = {"control_run_id": run["id"], "seed": "spring"}
    sample = audit.api().post(f"{PATH}/samples", json=body).json
    path = f"{PATH}/samples/{sample['id']}/evidence"
    first, second = (audit.api().get(path).get_data() for _ in range(2))
    assert first == second
    with ZipFile(BytesIO(first)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert set(held) == {"sample.json", "entries.csv", "sample.pdf", "SHA256SUMS"}
    for line in held.pop("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(held[name]).hexdigest() == digest
    told = json.loads(held["sample.json"])
    assert [each["id"] for each in told["entries"]] == sample["entries"]
    assert told["sample"]["seed"] == "spring"
    rows = list(csv.reader(StringIO(held["entries.csv"].decode("utf-8-sig"))))
    assert {row[2] for row in rows[1:]} == {"'=Berta", "Żaneta", "Omar"}
    assert "spring" in text_of(held["sample.pdf"])
    assert len(audit.told("sample.taken")) == 2


def test_notes_are_added_and_corrected_by_further_notes(
    audit: Auditing, run: dict[str, Any]
) -> None:
    first = note(audit, run, finding=1)
    assert first.status_code == 201
    assert (first.json["finding"], first.json["written_by"][:7]) == (1, "Auditor")
    path = f"{PATH}/notes/{first.json['id']}/corrections"
    right = audit.api("admin").post(path, json={"text": "Asked Omar."})
    assert right.status_code == 201
    assert (right.json["corrects_id"], right.json["finding"]) == (first.json["id"], 1)
    listed = audit.api().get(f"{PATH}/runs/{run['id']}/notes").json["items"]
    assert [each["text"] for each in listed] == ["Asked Berta.", "Asked Omar."]
    noted = audit.told("control.noted")
    assert len(noted) == 2
    assert "Asked" not in str([line.data for line in noted])


def test_a_note_on_a_sample(audit: Auditing) -> None:
    sample = audit.api().post(f"{PATH}/samples", json={"size": 1}).json["id"]
    path = f"{PATH}/samples/{sample}/notes"
    made = audit.api().post(path, json={"text": "All seen."})
    assert made.status_code == 201
    right = audit.api().post(f"{PATH}/notes/{made.json['id']}/corrections", json={"text": "No."})
    assert right.json["control_sample_id"] == sample
    assert [each["text"] for each in audit.api().get(path).json["items"]] == ["All seen.", "No."]
    assert len(audit.told("sample.noted")) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"finding": 4}, "finding"), ({"finding": 0}, "finding"), ({"text": ""}, "text")],
)
def test_a_note_that_is_on_nothing_is_refused(
    audit: Auditing, run: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    answer = note(audit, run, **body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_others_write_no_papers(audit: Auditing, run: dict[str, Any], role: str) -> None:
    assert note(audit, run, role).status_code == 403
    assert audit.api(role).post(f"{PATH}/samples", json={}).status_code == 403
    path = f"{PATH}/runs/{run['id']}/sign-offs"
    body = {"conclusion": "satisfactory"}
    assert audit.api(role).post(path, json=body).status_code == 403


def test_a_sign_off_is_a_signed_document(
    audit: Auditing, run: dict[str, Any], tmp_path: Path
) -> None:
    note(audit, run)
    path = f"{PATH}/runs/{run['id']}/sign-offs"
    body = {"conclusion": "with_remarks", "text": "Two of three are explained."}
    made = audit.api().post(path, json=body)
    assert made.status_code == 201
    assert [each["id"] for each in audit.api().get(path).json["items"]] == [made.json["id"]]
    file = audit.api().get(f"{path}/{made.json['id']}/document").get_data()
    key = json.loads(file)["public_key"]
    said = documents.verify(file, key)
    assert said["sign_off"]["conclusion"] == "with_remarks"
    assert said["run"]["sha256"] == run["sha256"]
    assert [each["text"] for each in said["notes"]] == ["Asked Berta."]
    with pytest.raises(Unsound, match="changed after it was signed"):
        documents.verify(file.replace(b"explained", b"explainec"), key)
    kept = tmp_path / "sign-off.json"
    kept.write_bytes(file)
    checked = CliRunner().invoke(main, ["reports", "verify", str(kept), "--public-key", key])
    assert "Sound. Auditor of" in checked.output
    kept.write_bytes(file + b" ")
    assert CliRunner().invoke(main, ["reports", "verify", str(kept)]).exit_code == 1
    signed = audit.told("control.signed_off")
    assert [line.data for line in signed] == [{"conclusion": "with remarks"}]


def test_remarks_are_owed_unless_all_is_well(audit: Auditing, run: dict[str, Any]) -> None:
    path = f"{PATH}/runs/{run['id']}/sign-offs"
    answer = audit.api().post(path, json={"conclusion": "not_satisfactory"})
    assert answer.status_code == 422


def test_signing_off_asks_for_a_fresh_proof(audit: Auditing, run: dict[str, Any]) -> None:
    api = audit.api()
    with audit.house.work("auditor") as session:
        for each in session.query(SignInSession):
            each.proved_at = clock.now() - timedelta(hours=1)
    answer = api.post(f"{PATH}/runs/{run['id']}/sign-offs", json={"conclusion": "satisfactory"})
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
