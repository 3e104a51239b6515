"""The copies that records bring with them."""

import pytest
import sqlalchemy as sa

from stackroom.catalogue.imports.copies import price_minor
from stackroom.catalogue.models import Holdings, Item, ItemStatus, ItemType
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.testing.house import House
from stackroom.testing.importing import Importer, Report, field, marc


def koha(number: str, *copies: dict[str, str]) -> bytes:
    return marc(number, f"Title {number}", *(field("952", **copy) for copy in copies))


def items(house: House) -> dict[str, tuple[str, str, str | None, int | None]]:
    """By barcode: call number, item type, location, price."""
    with house.work() as session:
        rows = session.execute(
            sa.select(
                Item.barcode, Holdings.call_number, ItemType.code, ShelvingLocation.code,
                Item.price_minor,
            )
            .join(Holdings, Item.holdings_id == Holdings.id)
            .join(ItemType, Item.item_type_id == ItemType.id)
            .join(ShelvingLocation, Holdings.location_id == ShelvingLocation.id, isouter=True)
        )  # fmt: skip
        return {barcode: tuple(rest) for barcode, *rest in rows}  # type: ignore[misc]  # a row's width


def codes(house: House, importing: Importer, content: bytes) -> tuple[Report, list[str]]:
    job_id = importing.begin(house, content, mapping="952")
    report = importing.go(house, job_id)
    found = house.api("librarian").get(f"/api/v1/imports/{job_id}/warnings").json["items"]
    return report, [warning["code"] for warning in found]


def test_copies_come_with_their_title(north: House, importing: Importer) -> None:
    copy = {"p": "b1", "o": "QA 76", "c": "STACKS", "y": "BOOK", "g": "$12.50"}
    assert importing(north, koha("1", copy), mapping="952").counts == (1, 0, 0, 0)
    assert items(north) == {"b1": ("QA 76", "book", "stacks", 1250)}


def test_no_mapping_brings_no_copies(north: House, importing: Importer) -> None:
    importing(north, koha("1", {"p": "b1"}))
    assert items(north) == {}


def test_copies_in_one_place_share_their_holdings(north: House, importing: Importer) -> None:
    here, there = {"o": "QA 76"}, {"o": "QA 77"}
    importing(
        north, koha("1", {"p": "b1", **here}, {"p": "b2", **here}, {"p": "b3", **there}),
        mapping="952",
    )  # fmt: skip
    with north.work() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Holdings)) == 2


def test_an_unchanged_copy_leaves_its_record_unchanged(north: House, importing: Importer) -> None:
    record = koha("1", {"p": "b1", "o": "QA 76", "t": "2"})
    importing(north, record, mapping="952")
    assert importing(north, record, mapping="952").counts == (0, 0, 1, 0)


def test_a_moved_copy_updates_its_record(north: House, importing: Importer) -> None:
    importing(north, koha("1", {"p": "b1", "o": "QA 76"}), mapping="952")
    assert importing(north, koha("1", {"p": "b1", "o": "QA 99"}), mapping="952").updated == 1
    assert items(north)["b1"][0] == "QA 99"


def test_copies_may_follow_later(north: House, importing: Importer) -> None:
    record = koha("1", {"p": "b1"})
    importing(north, record)
    assert importing(north, record, mapping="952").counts == (0, 1, 0, 0)
    assert list(items(north)) == ["b1"]


def test_what_the_file_does_not_say_stays(north: House, importing: Importer) -> None:
    """Above all the status, which belongs to circulation."""
    full = {"p": "b1", "o": "QA 76", "c": "STACKS", "y": "BOOK", "g": "5.00"}
    importing(north, koha("1", full), mapping="952")
    with north.work() as session:
        session.scalars(sa.select(Item)).one().status = ItemStatus.CHECKED_OUT
    assert importing(north, koha("1", {"p": "b1"}), mapping="952").unchanged == 0
    assert items(north) == {"b1": ("QA 76", "book", "stacks", 500)}
    with north.work() as session:
        assert session.scalars(sa.select(Item.status)).one() is ItemStatus.CHECKED_OUT


def test_a_barcode_of_another_title_is_left_alone(north: House, importing: Importer) -> None:
    importing(north, koha("1", {"p": "b1", "o": "mine"}), mapping="952")
    report, warned = codes(north, importing, koha("2", {"p": "b1", "o": "yours"}, {"p": "b2"}))
    assert (report.counts, warned) == ((1, 0, 0, 0), ["barcode_taken"])
    assert items(north)["b1"][0] == "mine"
    assert "b2" in items(north)


def test_a_barcode_twice_in_a_record_is_one_copy(north: House, importing: Importer) -> None:
    record = koha("1", {"p": "b1", "o": "first"}, {"p": "b2"}, {"p": "b1", "o": "second"})
    report, warned = codes(north, importing, record)
    assert (report.created, warned) == (1, ["barcode_repeated"])
    assert {barcode: told[0] for barcode, told in items(north).items()} == {"b1": "first", "b2": ""}


def test_words_unknown_here_are_told_once(north: House, importing: Importer) -> None:
    odd = {"a": "MOON", "c": "CRATER", "y": "TABLET"}
    report, warned = codes(north, importing, koha("1", {"p": "b1", **odd}, {"p": "b2", **odd}))
    assert sorted(warned) == ["item_type_unknown", "library_unknown", "location_unknown"]
    assert report.warnings == 3
    assert items(north)["b2"][1:3] == ("book", None)


def test_a_place_added_later_is_found_when_the_file_comes_again(
    north: House, importing: Importer
) -> None:
    record = koha("1", {"p": "b1", "c": "CRATER"})
    importing(north, record, mapping="952")
    with north.work("admin") as session:
        library = session.scalars(sa.select(Library)).one()
        session.add(ShelvingLocation(library_id=library.id, code="crater", name="Crater"))
    assert importing(north, record, mapping="952").counts == (0, 1, 0, 0)
    assert items(north)["b1"][2] == "crater"


def test_a_barcode_too_long_for_a_label_is_left_out(north: House, importing: Importer) -> None:
    _, warned = codes(north, importing, koha("1", {"p": "9" * 81}))
    assert warned == ["barcode_too_long"]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("$12.50", 1250), ("12,50 EUR", 1250), ("12", 1200), ("CHF 7.-", 700), ("gratis", None),
        ("", None), (None, None), ("123456789012", None),
    ],
)  # fmt: skip
def test_prices_as_systems_write_them(text: str | None, minor: int | None) -> None:
    assert price_minor(text) == minor
