"""Seals over the API and on pages: standing, checks, evidence, proofs, keys, deliveries."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from stackroom.core import clock
from stackroom.notifications.mail import FolderMailer
from stackroom.observability import metrics
from stackroom.oversight.seals import tasks, verify
from stackroom.oversight.seals.models import EvidenceFile
from stackroom.testing.house import House
from stackroom.testing.seals import Owner, check, job, published, seal
from stackroom.testing.visitor import visit


def actions(house: House) -> list[str]:
    found = house.api("admin").get("/api/v1/audit/entries?per_page=30").json["items"]
    return [each["action"] for each in found]


def newest(house: House, path: str) -> Any:
    return house.api("auditor").get(f"/api/v1/audit/{path}").json["items"][0]


def test_an_auditor_reads_how_far_the_audit_is_sealed(sealed: House) -> None:
    auditor = sealed.api("auditor")
    standing = auditor.get("/api/v1/audit/seals").json
    assert (standing["checkpoint"], standing["check"]) == (3, None)
    assert standing["waiting"] == 1  # the auditor has signed in
    page = auditor.get("/api/v1/audit/checkpoints?per_page=2")
    assert [each["number"] for each in page.json["items"]] == [3, 2]
    assert 'rel="next"' in page.headers["Link"]
    shown = auditor.get("/api/v1/audit/checkpoints/3").json
    assert shown == page.json["items"][0]
    for missing in (
        4,
        70_745_005_943_158,
    ):  # PostgreSQL's integers end before the second
        assert auditor.get(f"/api/v1/audit/checkpoints/{missing}").status_code == 404
    assert sealed.api("librarian").get("/api/v1/audit/seals").status_code == 403


def test_what_waits_is_sealed_on_demand(north: House) -> None:
    auditor = north.api("auditor")
    assert auditor.post("/api/v1/audit/checkpoints").status_code == 202
    north.deliver()
    assert auditor.get("/api/v1/audit/seals").json["checkpoint"] == 1
    assert "seals.asked" in actions(north)


def test_before_the_first_checkpoint_there_is_nothing_to_check(north: House) -> None:
    auditor = north.api("auditor")
    for path, body in (("seal-checks", None), ("evidence", {})):
        answer = auditor.post(f"/api/v1/audit/{path}", json=body)
        assert (answer.status_code, answer.json["code"]) == (409, "nothing_sealed")
    check(north)  # the chore finds nothing to do, either
    assert auditor.get("/api/v1/audit/seal-checks").json["total"] == 0
    assert published(north) == []


def test_a_check_finds_everything_sound(sealed: House) -> None:
    auditor = sealed.api("auditor")
    asked = auditor.post("/api/v1/audit/seal-checks").json
    again = auditor.post("/api/v1/audit/seal-checks")
    assert (again.status_code, again.json["code"]) == (409, "seal_job_underway")
    sealed.deliver()
    done = auditor.get(f"/api/v1/audit/seal-checks/{asked['id']}").json
    assert (done["state"], done["done"], done["faults"]) == ("sound", 3, [])
    assert done["asked_by"] == sealed.actor("auditor").label
    assert {"seals.check_asked", "seals.checked"} <= set(actions(sealed))
    assert auditor.get("/api/v1/audit/seals").json["check"]["state"] == "sound"


def test_a_broken_seal_is_told_to_everybody_who_may_know(owner: Owner) -> None:
    house = owner.house
    owner.tampers(
        "UPDATE audit_entries SET subject_label = 'Plan' WHERE tenant_id = :tenant "
        "AND subject_label = 'Chart'"
    )
    before = metrics.SEAL_CHECKS.labels("broken")._value.get()
    check(house)
    house.deliver()
    assert metrics.SEAL_CHECKS.labels("broken")._value.get() == before + 1
    done = newest(house, "seal-checks")
    assert (done["state"], done["fault_count"]) == ("broken", 1)
    assert done["faults"][0]["code"] == "altered"
    assert done["faults"][0]["row"] == "audit_entries/0"
    assert "seals.broken" in actions(house)
    mails = FolderMailer(house.app.settings.data_dir / "mail").delivered(str(house.tenant.uuid))
    told = [mail["To"] for mail in mails if "tampered" in mail["Subject"]]
    assert sorted(told) == [house.email("admin"), house.email("auditor")]
    page = visit(house, "auditor").get(f"/audit/seals/checks/{done['id']}").text
    assert "audit_entries/0 was altered" in page
    assert "The last check found 1 faults" in visit(house, "auditor").get("/audit/seals").text


def test_a_tail_that_was_cut_off_since_the_last_check_is_found(owner: Owner) -> None:
    check(owner.house)
    owner.tampers(
        "DELETE FROM audit_checkpoints WHERE tenant_id = :tenant AND number = 3",
        "DELETE FROM audit_sealed WHERE tenant_id = :tenant AND checkpoint = 3",
    )
    check(owner.house)
    faults = newest(owner.house, "seal-checks")["faults"]
    assert faults[0]["code"] == "inserted"  # what it sealed stands in no checkpoint now
    assert [fault["checkpoint"] for fault in faults if fault["code"] == "truncated"] == [3]


def test_evidence_is_made_taken_and_checked_elsewhere(sealed: House, tmp_path: Path) -> None:
    auditor = sealed.api("auditor")
    asked = auditor.post("/api/v1/audit/evidence", json={"first": 1, "last": 2}).json
    path = f"/api/v1/audit/evidence/{asked['id']}"
    early = auditor.get(f"{path}/file")
    assert (early.status_code, early.json["code"]) == (409, "evidence_not_ready")
    sealed.deliver()
    ready = auditor.get(path).json
    assert (ready["state"], ready["done"]) == ("ready", 2)
    answer = auditor.get(f"{path}/file")
    assert answer.headers["Content-Length"] == str(ready["size"])
    assert answer.headers["Cache-Control"] == "no-store"
    evidence, keys = tmp_path / "evidence.jsonl.gz", tmp_path / "keys.json"
    evidence.write_bytes(answer.data)
    keys.write_bytes(auditor.get("/.well-known/stackroom-audit-keys.json").data)
    assert verify.main([str(evidence), "--keys", str(keys)]) == verify.SOUND
    assert b"password_hash" not in gzip.decompress(answer.data)
    assert {"seals.evidence_asked", "seals.evidence_ready", "seals.evidence_taken"} <= set(
        actions(sealed)
    )
    assert newest(sealed, "evidence")["id"] == asked["id"]


@pytest.mark.parametrize("span", [{"first": 2, "last": 1}, {"last": 9}, {"first": 0}])
def test_a_span_that_is_none_is_refused(sealed: House, span: dict[str, int]) -> None:
    answer = sealed.api("auditor").post("/api/v1/audit/evidence", json=span)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] in ("last", "first")


def test_evidence_runs_out(sealed: House) -> None:
    auditor = sealed.api("auditor")
    asked = auditor.post("/api/v1/audit/evidence", json={}).json["id"]
    sealed.deliver()
    with sealed.work("admin") as session:
        file = session.get_one(EvidenceFile, (sealed.tenant.id, UUID(asked)))
        file.expires_at = clock.now() - timedelta(seconds=1)
    with job(sealed):
        tasks.expire()
    gone = auditor.get(f"/api/v1/audit/evidence/{asked}/file")
    assert (gone.status_code, gone.json["code"]) == (410, "evidence_gone")
    assert "seals.evidence_expired" in actions(sealed)


def test_the_proof_of_one_entry(sealed: House, tmp_path: Path) -> None:
    auditor = sealed.api("auditor")
    found = auditor.get("/api/v1/audit/entries?action=item_type.created&q=Score").json["items"][0]
    answer = auditor.get(f"/api/v1/audit/entries/{found['id']}/proof")
    proof, keys = answer.json, published(sealed)
    assert len(proof["rows"]) == 3  # the transaction, the entry, the version
    assert proof["checkpoint"]["number"] == 3
    assert verify.check_proof(proof, keys) == ([], True)
    forged = json.loads(json.dumps(proof).replace("Score", "Scores"))
    faults, _ = verify.check_proof(forged, keys)
    assert {fault["code"] for fault in faults} == {"altered"}
    assert "seals.proof_taken" in actions(sealed)
    taken = auditor.get("/api/v1/audit/entries?action=seals.proof_taken").json["items"][0]["id"]
    early = auditor.get(f"/api/v1/audit/entries/{taken}/proof")
    assert (early.status_code, early.json["code"]) == (409, "not_sealed_yet")
    page = visit(sealed, "auditor")
    assert "waits for its checkpoint" in page.get(f"/audit/seals/proofs/{taken}").text
    assert "Open checkpoint 3" in page.get(f"/audit/seals/proofs/{found['id']}").text
    file = page.get(f"/audit/seals/proofs/{found['id']}/file", buffered=True)
    assert json.loads(file.data)["rows"] == proof["rows"]
    assert f'href="/audit/seals/proofs/{found["id"]}"' in page.get(f"/audit/{found['id']}").text


def test_keys_are_listed_replaced_and_published(sealed: House) -> None:
    admin = sealed.api("admin")
    assert sealed.api("auditor").post("/api/v1/audit/seal-keys").status_code == 403
    made = admin.post("/api/v1/audit/seal-keys")
    assert made.status_code == 201
    listed = admin.get("/api/v1/audit/seal-keys").json["items"]
    assert [(each["number"], each["in_force"]) for each in listed] == [(2, True), (1, False)]
    assert [key["id"] for key in published(sealed)] == [listed[1]["id"], made.json["id"]]
    assert "seals.key_rotated" in actions(sealed)
    assert "private" not in json.dumps(published(sealed))


def test_a_checkpoint_is_mailed_when_it_is_due(sealed: House) -> None:
    admin = sealed.api("admin")
    wanted = {"rhythm": "daily", "addresses": ["audit@town.example"]}
    answer = admin.request("PUT", "/api/v1/audit/seal-delivery", json=wanted)
    assert answer.json["sent_number"] == 0
    with job(sealed):
        tasks.send_due()
        tasks.send_due()  # it is not due again
    sealed.deliver()
    mails = FolderMailer(sealed.app.settings.data_dir / "mail").delivered(str(sealed.tenant.uuid))
    (mail,) = [each for each in mails if each["To"] == "audit@town.example"]
    last = admin.get("/api/v1/audit/checkpoints/3").json
    assert f"3:{last['hash']}" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert admin.get("/api/v1/audit/seal-delivery").json["sent_number"] == 3
    assert {"seals.delivery_changed", "seals.delivered"} <= set(actions(sealed))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"rhythm": "daily"}, "body"),
        ({"addresses": ["nobody"]}, "addresses.0"),
        ({"url": "ftp://town.example"}, "url"),
    ],
)
def test_a_delivery_that_leads_nowhere_is_refused(
    sealed: House, wanted: dict[str, Any], field: str
) -> None:
    answer = sealed.api("admin").request("PUT", "/api/v1/audit/seal-delivery", json=wanted)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_the_pages_lead_through_it_all(sealed: House) -> None:
    auditor = visit(sealed, "auditor")
    index = auditor.get("/audit/seals").text
    assert "Sealed up to" in index
    assert "Key and delivery</a>" not in index
    assert auditor.post("/audit/seals/now").location.endswith("/audit/seals")
    asked = auditor.post("/audit/seals/checks")
    assert "Waits for its turn" in auditor.get(asked.location).text
    assert auditor.post("/audit/seals/evidence", {"first": "1", "last": "3"}).status_code == 303
    wrong = auditor.post("/audit/seals/evidence", {"first": "1", "last": "99"})
    assert wrong.status_code == 422
    sealed.deliver()
    assert "Sound" in auditor.get(asked.location).text
    file = f"/audit/seals/evidence/{newest(sealed, 'evidence')['id']}/file"
    assert file in auditor.get("/audit/seals").text
    assert auditor.get(file, buffered=True).mimetype == "application/gzip"
    assert "What it is known by" in auditor.get("/audit/seals/checkpoints/2").text


def test_an_admin_replaces_the_key_and_says_where_checkpoints_go(sealed: House) -> None:
    admin = visit(sealed, "admin")
    assert "Replace the key" in admin.get("/audit/seals/settings").text
    assert admin.post("/audit/seals/keys").status_code == 303
    form = {"rhythm": "weekly", "addresses": "a@town.example, b@town.example", "url": ""}
    assert admin.post("/audit/seals/settings", form).status_code == 303
    shown = admin.get("/audit/seals/settings").text
    assert 'value="a@town.example, b@town.example"' in shown
    again = admin.post("/audit/seals/settings", {**form, "addresses": ""})
    assert again.status_code == 422
    assert "Give an address or a URL" in again.text


def test_an_empty_page_says_what_comes(north: House) -> None:
    assert "Nothing is sealed yet" in visit(north, "auditor").get("/audit/seals").text


def test_the_verifier_is_served_to_everybody(north: House) -> None:
    answer = north.anonymous().get("/audit/seals/verify.py")
    assert answer.data == Path(verify.__file__).read_bytes()


def test_another_organisation_sees_nothing_of_it(sealed: House, harbour: House) -> None:
    asked = sealed.api("auditor").post("/api/v1/audit/seal-checks").json["id"]
    neighbour = harbour.api("auditor")
    assert neighbour.get(f"/api/v1/audit/seal-checks/{asked}").status_code == 404
    assert neighbour.get("/api/v1/audit/checkpoints/1").status_code == 404
    assert neighbour.get("/api/v1/audit/checkpoints").json["total"] == 0
    seal(harbour)
    assert neighbour.get("/api/v1/audit/seal-keys").json["items"][0]["id"] != published(sealed)[0]
