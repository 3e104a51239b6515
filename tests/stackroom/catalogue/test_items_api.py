"""Copies over the API, and the holdings that come and go with them."""

from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.catalogue.models import Holdings, Item, ItemStatus
from stackroom.circulation.models import LoanStatus
from stackroom.core.database import db
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.testing.furnish import add_patron, lend
from stackroom.testing.house import Api, House


@pytest.fixture
def api(north: House) -> Api:
    return north.api("librarian")


@pytest.fixture
def bib_id(api: Api) -> str:
    made: str = api.post("/api/v1/bibs", json={"title": "Dune"}).json["id"]
    return made


def make(api: Api, bib_id: str, barcode: str = "39001", **fields: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/items", json={"bib_id": bib_id, "barcode": barcode, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def holdings(house: House) -> int:
    with house.work() as session:
        return len(session.scalars(sa.select(Holdings.id)).all())


def set_status(house: House, status: ItemStatus) -> None:
    with house.work():
        db.session.scalars(sa.select(Item)).one().status = status


def test_a_copy_has_a_place_and_a_kind_from_the_start(api: Api, bib_id: str) -> None:
    made = make(api, bib_id, call_number="PS3558")
    assert (made["library"], made["location"], made["item_type"], made["status"]) == (
        "main",
        "stacks",
        "book",
        "available",
    )
    assert api.get(f"/api/v1/items/{made['id']}").json == made


def test_a_copy_is_found_by_its_barcode(api: Api, bib_id: str) -> None:
    make(api, bib_id, "1")
    second = make(api, bib_id, "2")
    assert api.get("/api/v1/items?barcode=2").json["items"] == [second]
    assert api.get("/api/v1/items?barcode=3").json["total"] == 0
    assert api.get(f"/api/v1/items?bib_id={bib_id}").json["total"] == 2


def test_a_barcode_stands_once_in_an_organisation(api: Api, bib_id: str, harbour: House) -> None:
    make(api, bib_id)
    answer = api.post("/api/v1/items", json={"bib_id": bib_id, "barcode": "39001"})
    assert (answer.status_code, answer.json["code"]) == (409, "barcode_taken")
    other = harbour.api("librarian")
    theirs = other.post("/api/v1/bibs", json={"title": "Dune"}).json["id"]
    assert make(other, theirs)["barcode"] == "39001"


def test_copies_in_one_place_share_their_holdings(api: Api, bib_id: str, north: House) -> None:
    for barcode, call_number in (("1", "A"), ("2", "A"), ("3", "B")):
        make(api, bib_id, barcode, call_number=call_number)
    assert holdings(north) == 2


def test_a_copy_that_moves_leaves_no_empty_holdings(api: Api, bib_id: str, north: House) -> None:
    made = make(api, bib_id, call_number="A")
    moved = api.patch(f"/api/v1/items/{made['id']}", json={"call_number": "B"})
    assert moved.json["call_number"] == "B"
    assert holdings(north) == 1


def test_a_copy_moves_to_another_library(api: Api, bib_id: str, north: House) -> None:
    with north.work("admin") as session:
        branch = Library(code="west", name="West")
        branch.locations.append(ShelvingLocation(code="kids", name="Children"))
        session.add(branch)
    made = make(api, bib_id)
    moved = api.patch(f"/api/v1/items/{made['id']}", json={"library": "west"}).json
    assert (moved["library"], moved["location"]) == ("west", "kids")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("item_type", "brick"),
        ("library", "nowhere"),
        ("location", "nowhere"),
        ("status", "checked_out"),
        ("status", "eaten"),
        ("barcode", ""),
        ("barcode", "1\x002"),
        ("price_minor", -1),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    api: Api, bib_id: str, field: str, value: Any
) -> None:
    body = {"bib_id": bib_id, "barcode": "1", field: value}
    answer = api.post("/api/v1/items", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert api.get("/api/v1/items").json["total"] == 0


def test_the_status_is_not_written_by_the_form(api: Api, bib_id: str) -> None:
    made = make(api, bib_id)
    answer = api.patch(f"/api/v1/items/{made['id']}", json={"status": "withdrawn"})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "status")


def test_a_stale_change_is_refused(api: Api, bib_id: str) -> None:
    made = make(api, bib_id)
    path = f"/api/v1/items/{made['id']}"
    seen = api.get(path).headers["ETag"]
    assert api.patch(path, json={"damaged": True}, headers={"If-Match": seen}).status_code == 200
    stale = api.patch(path, json={"damaged": False}, headers={"If-Match": seen})
    assert stale.status_code == 412
    assert api.get(path).json["damaged"] is True


def test_a_deleted_copy_takes_its_empty_holdings_with_it(
    api: Api, bib_id: str, north: House
) -> None:
    made = make(api, bib_id)
    assert api.delete(f"/api/v1/items/{made['id']}").status_code == 204
    assert api.get(f"/api/v1/items/{made['id']}").status_code == 404
    assert holdings(north) == 0


@pytest.mark.parametrize("status", [ItemStatus.CHECKED_OUT, ItemStatus.IN_TRANSIT])
def test_a_copy_that_somebody_has_or_awaits_is_not_deleted(
    api: Api, bib_id: str, north: House, status: ItemStatus
) -> None:
    made = make(api, bib_id)
    set_status(north, status)
    answer = api.delete(f"/api/v1/items/{made['id']}")
    assert (answer.status_code, answer.json["code"]) == (409, "item_in_use")


def test_titles_count_their_copies(api: Api, bib_id: str, north: House) -> None:
    make(api, bib_id, "1")
    set_status(north, ItemStatus.CHECKED_OUT)
    make(api, bib_id, "2")
    make(api, bib_id, "3", suppressed=True)

    def counts(reader: Api) -> list[tuple[int, int]]:
        one = reader.get(f"/api/v1/bibs/{bib_id}").json
        (listed,) = reader.get("/api/v1/bibs").json["items"]
        return [(bib["items_total"], bib["items_available"]) for bib in (one, listed)]

    assert counts(api) == [(3, 1), (3, 1)]
    assert counts(north.anonymous()) == [(2, 1), (2, 1)]


def test_another_organisations_copy_is_as_good_as_none(
    api: Api, bib_id: str, harbour: House
) -> None:
    made, stranger = make(api, bib_id), harbour.api("librarian")
    path = f"/api/v1/items/{made['id']}"
    for answer in (stranger.get(path), stranger.patch(path, json={}), stranger.delete(path)):
        assert answer.status_code == 404
    assert stranger.get("/api/v1/items?barcode=39001").json["total"] == 0


@pytest.mark.parametrize("role", ["patron", ""])
def test_copies_are_listed_for_staff(north: House, role: str) -> None:
    reader = north.api(role) if role else north.anonymous()
    assert reader.get("/api/v1/items").status_code == (403 if role else 401)


def test_a_list_of_copies_costs_the_same_however_long(
    api: Api, bib_id: str, statements: Any
) -> None:
    def cost() -> int:
        with statements() as seen:
            assert api.get("/api/v1/items").status_code == 200
        return len(seen)

    make(api, bib_id, "1")
    one = cost()
    for number in range(2, 8):
        make(api, bib_id, str(number), call_number=f"C{number}")
    assert cost() == one


def test_a_copy_that_was_ever_lent_stays_for_its_loans(api: Api, bib_id: str, north: House) -> None:
    made = make(api, bib_id)
    with north.work() as session:
        item = session.scalars(sa.select(Item)).one()
        loan = lend(item, add_patron("P1"))
        loan.status, item.status = LoanStatus.CLOSED, ItemStatus.AVAILABLE
        session.add(loan)
    answer = api.delete(f"/api/v1/items/{made['id']}")
    assert (answer.status_code, answer.json["code"]) == (409, "item_has_history")
    assert api.get(f"/api/v1/items/{made['id']}").json == made
