"""Who stands behind a pseudonym is told to those who may ask, with a reason, and each time kept."""

from collections.abc import Callable
from typing import Any

import pytest

from stackroom.testing.house import House
from stackroom.testing.reader import Reader
from stackroom.testing.visitor import visit

Entries = Callable[..., list[dict[str, Any]]]
WHY = {"reason": "Complaint 2026-31"}


def reveal(house: House, entry: str, role: str = "auditor", **body: Any) -> Any:
    return house.api(role).post(f"/api/v1/audit/entries/{entry}/reveal", json={**WHY, **body})


def test_an_entry_is_revealed_as_things_were_then(reader: Reader, told: Entries) -> None:
    (lent,) = told(action="loan.checked_out")
    renamed = {"name": "Zerlina Newname"}
    reader.house.api("librarian").patch(reader.path, json=renamed)
    (one,) = reveal(reader.house, lent["id"]).json["items"]
    assert one["pseudonym"] == reader.pseudonym()
    assert one["patron_id"] == reader.id
    values = {each["field"]: each["value"] for each in one["values"]}
    assert (values["name"], values["barcode"]) == (reader.name, reader.card)


def test_what_an_event_hides_is_shown(reader: Reader, told: Entries) -> None:
    (blocked,) = told(action="block.added")
    assert "hidden" in blocked["sentence"]
    assert reader.block in str(reveal(reader.house, blocked["id"]).json)


def test_a_version_opens_too(reader: Reader, told: Entries) -> None:
    (line,) = told(action="patron_block.created")
    assert line["changes"][0]["after"] != reader.block
    assert {"field": "reason", "before": None, "after": "hidden"}.items() <= next(
        change for change in line["changes"] if change["field"] == "reason"
    ).items()
    assert reader.block in str(reveal(reader.house, line["id"]).json)


def test_what_a_patron_did_hides_who_they_are(signed_in_once: Reader, told: Entries) -> None:
    (signed_in,) = told(action="auth.signed_in", actor=signed_in_once.pseudonym())
    assert signed_in["actor"]["label"] == signed_in_once.pseudonym()
    assert signed_in["ip"] == "hidden"
    values = str(reveal(signed_in_once.house, signed_in["id"]).json)
    assert signed_in_once.name in values
    assert "127.0.0.1" in values


def test_it_is_an_event_that_names_the_pseudonym_and_the_entry(
    reader: Reader, told: Entries
) -> None:
    (lent,) = told(action="loan.checked_out")
    reveal(reader.house, lent["id"])
    (event,) = told(action="audit.revealed")
    assert event["subject"]["label"] == reader.pseudonym()
    assert event["data"] == {"entry": lent["id"], "why": WHY["reason"]}
    assert event["reason"] == WHY["reason"]
    assert reader.name not in str(event)


def test_after_the_erasing_it_says_since_when_nobody_can(reader: Reader, told: Entries) -> None:
    (lent,) = told(action="loan.checked_out")
    pseudonym = reader.pseudonym()
    reader.erase()
    gone = reveal(reader.house, lent["id"])
    assert (gone.status_code, gone.json["code"]) == (410, "personal_data_destroyed")
    assert f"The key of {pseudonym} was destroyed on " in gone.json["detail"]


def test_an_entry_that_hides_nothing_says_so(reader: Reader, told: Entries) -> None:
    line = told(action="item.created")[0]
    refused = reveal(reader.house, line["id"])
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_sealed")


@pytest.mark.parametrize("role", ["librarian", "patron"])
def test_others_may_not(reader: Reader, told: Entries, role: str) -> None:
    (lent,) = told(action="loan.checked_out")
    assert reveal(reader.house, lent["id"], role).status_code == 403


def test_another_organisation_finds_no_entry(reader: Reader, told: Entries, harbour: House) -> None:
    (lent,) = told(action="loan.checked_out")
    assert reveal(harbour, lent["id"]).status_code == 404


def test_a_reason_is_needed(reader: Reader, told: Entries) -> None:
    (lent,) = told(action="loan.checked_out")
    assert reveal(reader.house, lent["id"], reason=" ").status_code == 422


def test_a_name_leads_to_the_pseudonym_and_so_to_every_line(reader: Reader, told: Entries) -> None:
    body = {"q": f"quast{reader.token}", **WHY}
    found = reader.house.api("auditor").post("/api/v1/audit/patrons/search", json=body).json
    (one,) = found["items"]
    assert (one["name"], one["pseudonym"]) == (reader.name, reader.pseudonym())
    actions = {line["action"] for line in told(q=one["pseudonym"])}
    assert {"patron.created", "loan.checked_out", "loan.created", "block.added"} <= actions
    assert told(action="audit.pseudonym_sought")[0]["subject"]["label"] == one["pseudonym"]
    assert reader.name not in str(told(action="audit.pseudonym_sought"))


class TestPages:
    def test_the_entry_leads_to_a_form_and_that_to_the_name(
        self, reader: Reader, told: Entries
    ) -> None:
        (lent,) = told(action="loan.checked_out")
        auditor = visit(reader.house, "auditor")
        page = auditor.get(f"/audit/{lent['id']}").text
        assert reader.name not in page
        assert f"/audit/{lent['id']}/reveal" in page
        assert auditor.get(f"/audit/{lent['id']}/reveal").status_code == 200
        shown = auditor.post(f"/audit/{lent['id']}/reveal", WHY)
        assert reader.name in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        assert auditor.post(f"/audit/{lent['id']}/reveal").status_code == 422

    def test_somebody_is_found_by_name(self, reader: Reader) -> None:
        auditor = visit(reader.house, "auditor")
        assert auditor.get("/audit/patrons").status_code == 200
        assert reader.pseudonym() in auditor.post("/audit/patrons", {"q": "zerlina", **WHY}).text
        assert "Nobody is found" in auditor.post("/audit/patrons", {"q": "nobody", **WHY}).text

    def test_an_admin_sees_what_goes_and_erases(self, reader: Reader) -> None:
        admin = visit(reader.house, "admin")
        page = admin.get(f"/patrons/{reader.id}").text
        assert f"/patrons/{reader.id}/erase" in page
        assert "The record: name" in admin.get(f"/patrons/{reader.id}/erase").text
        assert admin.post(f"/patrons/{reader.id}/erase").status_code == 422
        done = admin.post(f"/patrons/{reader.id}/erase", WHY)
        assert done.status_code == 303
        assert "is erased" in admin.get("/patrons").text
        assert "/erase" not in admin.get(f"/patrons/{reader.id}").text
