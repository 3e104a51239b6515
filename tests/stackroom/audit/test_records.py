"""The history of a record, with that of what belongs to it."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import Item
from stackroom.core.database import db
from stackroom.patrons.models import PatronBlock
from stackroom.staff.models import RoleGrant
from stackroom.staff.roles import service as roles
from stackroom.testing.furnish import add_bib, add_item, add_patron, lend
from stackroom.testing.house import House


def history(house: House, kind: str, record_id: object, **query: Any) -> list[str]:
    """Actions, newest first."""
    address = f"/api/v1/audit/records/{kind}/{record_id}/entries"
    answer = house.api("auditor").get(address, query_string=query)
    assert answer.status_code == 200, answer.text
    return [each["action"] for each in answer.json["items"]]


@pytest.fixture
def lent(north: House) -> dict[str, UUID]:
    with north.work() as session:
        bib = add_bib()
        item, patron = add_item(bib, "B-1"), add_patron("P-1")
        loan, block = lend(item, patron), PatronBlock(patron_id=patron.id, reason="Lost", stops=[])
        session.add_all([loan, block])
        session.flush()  # each has its id
        return {"bib": bib.id, "item": item.id, "patron": patron.id, "loan": loan.id}


def test_a_titles_copies_belong_to_it_and_stay_when_they_are_gone(
    north: House, lent: dict[str, UUID]
) -> None:
    assert set(history(north, "bib", lent["bib"])) == {
        "bib.created", "holdings.created", "item.created",
    }  # fmt: skip
    with north.work() as session:
        spare = add_item(session.scalars(sa.select(Item)).one().bib, "B-2")
        spare_id = spare.id
    with north.work() as session:
        session.delete(session.scalars(sa.select(Item).where(Item.id == spare_id)).one())
    assert history(north, "bib", lent["bib"])[0] == "item.deleted"
    assert history(north, "item", spare_id) == ["item.deleted", "item.created"]


def test_a_patrons_loans_and_blocks_and_a_loans_item(north: House, lent: dict[str, UUID]) -> None:
    assert set(history(north, "patron", lent["patron"])) == {
        "patron.created", "loan.created", "patron_block.created",
    }  # fmt: skip
    assert set(history(north, "loan", lent["loan"])) == {"loan.created", "item.created"}


def test_what_was_done_to_a_person_and_what_they_did(north: House) -> None:
    with north.work("admin") as session:
        person = north.account("librarian").id
        grant = session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == person)).one()
        session.delete(grant)
    assert history(north, "account", person)[0] == "role_grant.deleted"
    with north.work("librarian"):
        add_bib()
    assert history(north, "account", person, side="done_by")[0] == "bib.created"
    page = north.api("auditor").get(f"/audit/records/account/{person}?side=done_by").text
    assert "What they did" in page
    assert "created the title" in page


def test_whoever_held_a_role_is_in_its_history(north: House) -> None:
    with north.work("admin"):
        role = roles.create(
            name="Weekend", sentence="Lends", permissions=["loans.read"], based_on=""
        )
        db.session.flush()  # it gets its key
        db.session.add(RoleGrant(account_id=north.account("librarian").id, role=role.key))
        role_id = role.id
    assert {"role_grant.created", "role.created"} <= set(history(north, "custom_role", role_id))


def test_what_an_import_changed(north: House) -> None:
    file = (BytesIO(b"title\nEmma\nPersuasion\n"), "titles.csv")
    job = north.api("librarian").post("/api/v1/imports", data={"file": file}).json["id"]
    north.deliver()
    assert history(north, "import", job, side="batch").count("bib.created") == 2
    page = north.api("auditor").get(f"/audit/records/import/{job}?side=batch").text
    assert "What it changed" in page
    assert "more change" in page


@pytest.mark.parametrize("side", ["done_by", "batch"])
def test_a_side_that_is_not_there_is_not_found(
    north: House, lent: dict[str, UUID], side: str
) -> None:
    address = f"/api/v1/audit/records/bib/{lent['bib']}/entries?side={side}"
    assert north.api("auditor").get(address).status_code == 404


def test_another_organisation_reads_of_a_record_what_it_reads_of_none(
    north: House, harbour: House, lent: dict[str, UUID]
) -> None:
    theirs = harbour.api("auditor")
    for path in ("/api/v1/audit/records/bib/{}/entries", "/audit/records/bib/{}"):
        foreign, nothing = (theirs.get(path.format(it)) for it in (lent["bib"], uuid7()))
        assert foreign.status_code == nothing.status_code == 404
    wrong_kind = north.api("auditor").get(f"/audit/records/patron/{lent['bib']}")
    assert wrong_kind.status_code == 404


@pytest.mark.parametrize(
    ("address", "record"),
    [
        ("/catalogue/{bib}", "/audit/records/bib/{bib}"),
        ("/catalogue/{bib}/copies/{item}", "/audit/records/item/{item}"),
        ("/patrons/{patron}", "/audit/records/patron/{patron}"),
        ("/loans", "/audit/records/loan/{loan}"),
    ],
    ids=["bib", "item", "patron", "loan"],
)
def test_each_record_leads_to_its_history(
    north: House, lent: dict[str, UUID], address: str, record: str
) -> None:
    page = north.api("admin").get(address.format(**lent))
    link = f'href="{record.format(**lent)}"'
    assert link in page.text
    assert north.api("admin").get(record.format(**lent)).status_code == 200
    assert link not in north.api("librarian").get(address.format(**lent)).text
