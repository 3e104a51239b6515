"""North imports a file that was made at harbour: its barcodes, control numbers, even its ids. All
of it becomes north's own; nothing of harbour's is found, changed or refused for being there."""

from dataclasses import asdict

import pytest
import sqlalchemy as sa

from config import Settings
from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.models import Bib, Item
from stackroom.files.adapters import files
from stackroom.testing.house import House
from stackroom.testing.importing import Importer, field, marc
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.snapshot import marks

RECORD = marc("TIDES1", "The tides", field("952", p="T-1", o="QA 1"), isbns=["9780812516375"])


@pytest.fixture(scope="module")
def importer(settings: Settings) -> Importer:
    return Importer(files(settings))


@pytest.fixture(scope="module")
def theirs(two: Neighbours, importer: Importer) -> Bib:
    """What harbour has: a title with a control number and a copy with a barcode."""
    assert importer(two.harbour, RECORD, mapping="952").counts == (1, 0, 0, 0)
    return bib(two.harbour, "TIDES1")


def bib(house: House, number: str) -> Bib:
    with house.work() as session:
        found = session.scalars(sa.select(Bib).where(Bib.control_number == number)).one()
        session.expunge(found)
        return found


def copies(house: House, barcode: str) -> int:
    with house.work() as session:
        held = sa.select(sa.func.count()).select_from(Item).where(Item.barcode == barcode)
        return session.scalar(held) or 0


@pytest.mark.usefixtures("theirs", "harbour_untouched")
def test_the_same_record_is_new_here(two: Neighbours, importer: Importer) -> None:
    """Matching by control number and ISBN looks at north's own records only."""
    changed = RECORD.replace(b"The tides", b"Our tides")
    assert importer(two.north, changed, mapping="952").counts == (1, 0, 0, 0)
    assert bib(two.north, "TIDES1").title == "Our tides"
    assert bib(two.harbour, "TIDES1").title == "The tides"
    assert copies(two.north, "T-1") == copies(two.harbour, "T-1") == 1
    assert importer(two.north, changed, mapping="952").counts == (0, 0, 1, 0)


@pytest.mark.usefixtures("harbour_untouched")
def test_a_deletion_in_a_file_reaches_no_record_of_theirs(
    two: Neighbours, importer: Importer, theirs: Bib
) -> None:
    """Leader/05 “d” takes a record away; here there is none to take."""
    importer(two.north, marc(theirs.control_number or "", status="d"))
    assert bib(two.harbour, "TIDES1").id == theirs.id


@pytest.mark.usefixtures("harbour_untouched")
def test_ids_in_a_spreadsheet_are_words_like_others(
    two: Neighbours, importer: Importer, theirs: Bib
) -> None:
    """No column is an id; a record never takes the id that a file wishes for."""
    names = "id,bib_id,tenant_id,title,barcode,control_number"
    line = f"{theirs.id},{theirs.id},{two.harbour.tenant.id},Smuggled,T-2,TIDES2"
    report = importer(two.north, f"{names}\n{line}\n".encode(), filename="x.csv")
    assert report.read == report.created + report.rejected + report.updated + report.unchanged
    with two.north.work() as session:
        assert session.scalars(sa.select(Bib).where(Bib.id == theirs.id)).all() == []


@pytest.mark.usefixtures("harbour_untouched")
def test_a_report_tells_nothing_of_theirs(two: Neighbours, importer: Importer, theirs: Bib) -> None:
    """Also not why a record was rejected."""
    foreign = marks(two.harbour)
    job = importer.begin(two.north, RECORD + b"no record at all", mapping="952")
    importer.go(two.north, job)
    told = [
        two.north.api("admin").get(f"/api/v1/imports/{job}{part}").get_data(as_text=True)
        for part in ("", "/rejects", "/warnings", "/rejects.mrc")
    ]
    assert not [mark for mark in foreign if mark in str(told)]


def test_a_forged_file_key_is_not_opened(two: Neighbours, importer: Importer) -> None:
    """Somebody who could write north's row still reaches no file of harbour's."""
    theirs = importer.begin(two.harbour, RECORD)
    with two.harbour.work():
        key = service.job(theirs).file_key
    ours = importer.begin(two.north, RECORD)
    with two.north.work() as session:
        session.scalars(sa.select(ImportJob).where(ImportJob.id == ours)).one().file_key = key
    report = importer.go(two.north, ours)
    assert (report.status, report.read) == ("failed", 0)
    assert str(two.harbour.tenant.uuid) not in str(asdict(report))
    assert importer.go(two.harbour, theirs).status == "succeeded"
