"""Every real file through the import, with the exact counts of what becomes of its records."""

import csv
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from stackroom.catalogue.imports.models import ImportReject
from stackroom.catalogue.models import Bib, Holdings, Item
from stackroom.core.http import Stackroom
from stackroom.testing.house import House, open_house
from stackroom.testing.importing import Importer

pytestmark = pytest.mark.slow  # all files together

with (Path(__file__).parent / "real_files.csv").open(newline="") as table:
    EXPECTED = {row.pop("path"): row for row in csv.DictReader(table)}


def rows(house: House, model: type[Bib | Item | Holdings | ImportReject]) -> int:
    with house.work() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_the_table_names_every_file(shared_data: Path) -> None:
    root = shared_data / "marc"
    assert {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()} == set(EXPECTED)


@pytest.mark.parametrize("path", EXPECTED)
def test_a_file_ends_as_counted(
    app: Stackroom, importing: Importer, shared_data: Path, path: str
) -> None:
    house = open_house(app, "files")
    report = importing(house, shared_data / "marc" / path)
    told = {name: str(value) for name, value in asdict(report).items() if name != "detail"}
    assert told == EXPECTED[path]
    assert report.read == sum(report.counts)
    assert (rows(house, Bib), rows(house, ImportReject)) == (report.created, report.rejected)


def test_the_same_file_again_changes_nothing(
    north: House, importing: Importer, shared_data: Path
) -> None:
    path = shared_data / "marc" / "ils" / "jazz_1k.mrc"
    first = importing(north, path, mapping="949")
    assert importing(north, path, mapping="949").counts == (0, 0, first.created, 0)


def test_the_changes_of_a_month_update_its_new_records(
    north: House, importing: Importer, shared_data: Path
) -> None:
    """GPO: 20 of the records that were new in January come again as changed in February."""
    months = shared_data / "marc" / "gpo_monthly"
    importing(north, months / "new_records_202601_807_utf8.mrc.gz")
    report = importing(north, months / "changed_records_202602_1596_utf8.mrc.gz")
    assert report.counts == (1576, 20, 0, 0)


@pytest.mark.parametrize(
    ("path", "copies"),
    [
        ("ils/jazz_1k.mrc", ("949", 1238)),
        ("ils/specTestRecs.mrc", ("999", 216)),  # 219 fields; three barcodes stand twice
        ("xml/998574693506421_2967items.mrx.gz", ("876", 2967)),
    ],
)
def test_the_copies_of_a_file_all_arrive(
    north: House, importing: Importer, shared_data: Path, path: str, copies: tuple[str, int]
) -> None:
    mapping, number = copies
    importing(north, shared_data / "marc" / path, mapping=mapping)
    assert rows(north, Item) == number


@pytest.mark.parametrize("path", ["ils/bu_bibs.mrc", "xml/collection-opera-43.xml"])
def test_a_dry_run_counts_as_the_real_one(
    north: House, importing: Importer, shared_data: Path, path: str
) -> None:
    file = shared_data / "marc" / path
    rehearsed = importing(north, file, dry_run=True)
    assert (rows(north, Bib), importing(north, file)) == (0, rehearsed)
