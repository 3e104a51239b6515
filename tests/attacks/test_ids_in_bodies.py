"""North knows an id or a barcode of harbour's, and writes it into a body of its own. (Every such
field of every route is in tests/isolation; here is what a person would try.)"""

import pytest

from stackroom.testing.house import Api
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import held, nobodys

pytestmark = pytest.mark.usefixtures("harbour_untouched")


@pytest.fixture(scope="module")
def theirs(two: Neighbours) -> dict[str, str]:
    kinds = ("id of bibs", "lent_barcode", "item_barcode", "patron_barcode")
    return {kind: held(two.harbour, kind) for kind in kinds}


def test_a_copy_cannot_be_put_under_their_title(north_admin: Api, theirs: dict[str, str]) -> None:
    body = {"bib_id": theirs["id of bibs"], "barcode": "smuggled"}
    assert north_admin.post("/api/v1/items", json=body).status_code == 404
    assert north_admin.get("/api/v1/items?barcode=smuggled").json["total"] == 0


def test_their_copy_cannot_be_lent_to_ours_nor_ours_to_their_patron(
    two: Neighbours, north_admin: Api, theirs: dict[str, str]
) -> None:
    ours = {kind: held(two.north, kind) for kind in ("item_barcode", "patron_barcode")}
    for item, patron in (
        (theirs["item_barcode"], ours["patron_barcode"]),
        (ours["item_barcode"], theirs["patron_barcode"]),
        (theirs["item_barcode"], theirs["patron_barcode"]),
    ):
        body = {"item_barcode": item, "patron_barcode": patron}
        refused = north_admin.post("/api/v1/loans", json=body)
        assert refused.status_code == 409
        codes = {reason["code"] for reason in refused.json["reasons"]}
        assert codes <= {"ITEM_UNKNOWN", "PATRON_UNKNOWN"}


def test_their_loan_cannot_be_ended_at_our_desk(north_admin: Api, theirs: dict[str, str]) -> None:
    refused = north_admin.post("/api/v1/returns", json={"item_barcode": theirs["lent_barcode"]})
    nothing = north_admin.post("/api/v1/returns", json={"item_barcode": nobodys("lent_barcode")})
    assert refused.status_code == nothing.status_code == 409
    assert refused.json["code"] == nothing.json["code"]


def test_the_same_barcode_serves_both(
    two: Neighbours, north_admin: Api, theirs: dict[str, str]
) -> None:
    """A barcode is an organisation's own: no conflict tells that somebody else has it."""
    body = {"bib_id": held(two.north, "id of bibs"), "barcode": theirs["item_barcode"]}
    assert north_admin.post("/api/v1/items", json=body).status_code == 201
    found = north_admin.get(f"/api/v1/items?barcode={theirs['item_barcode']}").json
    assert [item["bib_id"] for item in found["items"]] == [body["bib_id"]]
