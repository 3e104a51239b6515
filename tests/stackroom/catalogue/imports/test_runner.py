"""Running an import: chunks, crashes, stops, dry runs."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pytest
import sqlalchemy as sa
from pymarc import Field

from config import Settings
from stackroom.catalogue.imports import service
from stackroom.catalogue.imports.models import ImportJob, ImportReject
from stackroom.catalogue.marc import to_marcxml
from stackroom.catalogue.marc.records import make_record
from stackroom.catalogue.models import Bib, Item
from stackroom.core.actor import Channel
from stackroom.files.folder import Folder
from stackroom.testing.house import House
from stackroom.testing.importing import Importer, Report, field, marc

BROKEN = b"00030nam a2200025   4500\x1e\x1d"
"""A record without a field."""
NOTE = field("520", a="What it is about. " * 40)


@pytest.fixture(scope="module")
def big() -> bytes:
    """1,201 records in three chunks: one refused in each, one said twice, each with a copy.
    So long that it is read in several blocks."""
    records = [
        marc(str(n), f"Title {n}", NOTE, field("952", p=f"b{n}", o=f"QA {n}")) for n in range(1197)
    ]
    records.insert(700, marc("3", "Title 3, revised", field("952", p="b3", o="QA 3")))
    for position in (10, 600, 1150):
        records.insert(position, BROKEN)
    return b"".join(records)


class PowerCut(BaseException):
    """Nothing catches this, as nothing catches the end of a process."""


def fail_at(read: int, error: BaseException) -> Callable[[ImportJob], None]:
    """Breaks off inside the transaction that would have counted `read` records."""

    def watch(job: ImportJob) -> None:
        if job.read >= read:
            raise error

    return watch


def state(house: House) -> dict[str, Any]:
    """All that an import leaves in the catalogue and in its own report."""
    with house.work() as session:
        return {
            "bibs": session.execute(
                sa.select(Bib.control_number, Bib.title).order_by(Bib.control_number)
            ).all(),
            "items": session.scalars(sa.select(Item.barcode).order_by(Item.barcode)).all(),
            "rejects": session.execute(
                sa.select(ImportReject.position, ImportReject.raw).order_by(ImportReject.position)
            ).all(),
        }


def root(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "files"


def resume(house: House, job_id: UUID) -> None:
    with house.work():
        service.resume(job_id)


def test_an_import_in_several_chunks_counts_every_record(
    north: House, importing: Importer, big: bytes
) -> None:
    report = importing(north, big, mapping="952")
    assert (report.status, report.read, report.counts) == ("succeeded", 1201, (1197, 1, 0, 3))
    left = state(north)
    assert len(left["bibs"]) == len(left["items"]) == 1197
    assert [tuple(row) for row in left["rejects"]] == [(p, BROKEN) for p in (11, 601, 1151)]


@pytest.mark.parametrize("read", [1, 501, 1201])
def test_after_a_crash_inside_a_chunk_the_end_is_the_same(
    north: House, harbour: House, importing: Importer, big: bytes, read: int
) -> None:
    """The chunk is written but not committed: nothing of it may stay."""
    undisturbed = importing(harbour, big, mapping="952")
    job_id = importing.begin(north, big, mapping="952")
    with pytest.raises(PowerCut):
        importing.go(north, job_id, fail_at(read, PowerCut()))
    crashed = importing.look(north, job_id)
    assert crashed.read == sum(crashed.counts) == (read - 1) // 500 * 500
    assert importing.go(north, job_id) == undisturbed
    assert state(north) == state(harbour)


def test_a_fault_of_ours_fails_the_import_which_may_be_resumed(
    north: House, harbour: House, importing: Importer, big: bytes
) -> None:
    undisturbed = importing(harbour, big, mapping="952")
    job_id = importing.begin(north, big, mapping="952")
    failed = importing.go(north, job_id, fail_at(501, RuntimeError("a fault")))
    assert (failed.status, failed.read) == ("failed", 500)
    assert "on our side" in failed.detail
    resume(north, job_id)
    assert importing.go(north, job_id) == undisturbed
    assert state(north) == state(harbour)


class SecondWorkerMeanwhile(Folder):
    """While the first worker opens the file, a second one runs the whole import."""

    def __init__(self, importing: Importer, house: House, job_id: UUID, root: Path) -> None:
        super().__init__(root)
        self._importing, self._house, self._job_id = importing, house, job_id
        self.ran: Report | None = None

    def open(self, key: str) -> BinaryIO:
        self.ran = self._importing.go(self._house, self._job_id)
        return super().open(key)


class Torn(BytesIO):
    """The power goes while the file is read beyond its middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > len(self.getbuffer()) // 2:
            raise PowerCut
        return super().read(size)


class TornStore(Folder):
    def open(self, key: str) -> BinaryIO:
        with super().open(key) as stream:
            return Torn(stream.read())


def test_a_crash_between_two_chunks_repeats_nothing(
    north: House, harbour: House, importing: Importer, big: bytes, settings: Settings
) -> None:
    """The worker dies reading on: the first chunk is committed, the second not begun."""
    undisturbed = importing(harbour, big, mapping="952")
    job_id = importing.begin(north, big, mapping="952")
    with pytest.raises(PowerCut):
        Importer(TornStore(root(settings))).go(north, job_id)
    assert importing.look(north, job_id).read == 500
    assert importing.go(north, job_id) == undisturbed
    assert state(north) == state(harbour)


def test_a_stopped_import_goes_on_where_it_stopped(
    north: House, harbour: House, importing: Importer, big: bytes
) -> None:
    undisturbed = importing(harbour, big, mapping="952")
    job_id = importing.begin(north, big, mapping="952")

    def stop(job: ImportJob) -> None:
        if job.read == 500:
            service.stop(job_id)

    stopped = importing.go(north, job_id, stop)
    assert (stopped.status, stopped.read) == ("stopped", 500)
    assert importing.go(north, job_id) == stopped, "a stopped import must stay so"
    resume(north, job_id)
    assert importing.go(north, job_id) == undisturbed
    assert state(north) == state(harbour)


def test_an_import_stopped_behind_its_last_record_stays_stopped(
    north: House, importing: Importer
) -> None:
    job_id = importing.begin(north, marc("1"))

    def stop(job: ImportJob) -> None:
        if job.read == 1:
            service.stop(job_id)

    assert importing.go(north, job_id, stop).status == "stopped"


def test_a_second_worker_takes_over_and_the_first_yields(
    north: House, harbour: House, importing: Importer, big: bytes, settings: Settings
) -> None:
    """A message may be delivered twice; each chunk is written by whoever comes first."""
    undisturbed = importing(harbour, big, mapping="952")
    job_id = importing.begin(north, big, mapping="952")
    store = SecondWorkerMeanwhile(importing, north, job_id, root(settings))
    assert Importer(store).go(north, job_id) == store.ran == undisturbed
    assert state(north) == state(harbour)


def test_a_dry_run_counts_the_same_and_writes_nothing(
    north: House, harbour: House, importing: Importer, big: bytes
) -> None:
    real = importing(harbour, big, mapping="952")
    assert importing(north, big, mapping="952", dry_run=True) == real
    left = state(north)
    assert left["bibs"] == left["items"] == []
    assert left["rejects"] == state(harbour)["rejects"]


def test_nothing_of_a_dry_run_stands_in_history(north: House, importing: Importer) -> None:
    importing(north, marc("1"), dry_run=True)
    page = north.api("auditor").get("/api/v1/audit/entries", query_string={"per_page": 100}).json
    assert {entry["action"] for entry in page["items"]} >= {"import.started", "import.finished"}
    assert "bib" not in {entry["subject"]["type"] for entry in page["items"]}


def test_rows_are_written_in_the_name_of_who_asked(north: House, importing: Importer) -> None:
    importing(north, marc("1", "One"))
    entries = north.api("auditor").get("/api/v1/audit/entries", query_string={"per_page": 100}).json
    (made,) = [entry for entry in entries["items"] if entry["action"] == "bib.created"]
    with north.work():
        librarian = north.account("librarian")
        assert made["actor"]["id"] == str(librarian.id)
    assert made["channel"] == Channel.IMPORT
    assert made["reason"] == "Import of x.mrc"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04" + b"x" * 100, "zip"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "JPEG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"  \r\n\r\n", "empty"),
        (b"\x1f\x8b\x08\x00garbage", "gzip"),
        (b"<html><body>sorry</body></html>", "web page"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "entities"),
    ],
)
def test_a_file_of_another_kind_fails_with_a_sentence(
    north: House, importing: Importer, content: bytes, sentence: str
) -> None:
    report = importing(north, content)
    assert (report.status, report.read, report.counts) == ("failed", 0, (0, 0, 0, 0))
    assert sentence in report.detail
    assert state(north)["rejects"] == []


def test_a_suspended_organisation_stops_its_import(
    north: House, importing: Importer, big: bytes
) -> None:
    job_id, as_it_began = importing.begin(north, big), north.tenant
    north.suspend()
    north.tenant = as_it_began
    report = importing.go(north, job_id)
    assert (report.status, report.read) == ("stopped", 0)


def test_a_file_that_is_gone_fails_with_a_sentence(north: House, importing: Importer) -> None:
    job_id = importing.begin(north, marc("1"))
    with north.work():
        importing.store.delete(service.job(job_id).file_key)
    assert importing.go(north, job_id).detail == "The uploaded file is gone; upload it again."


def test_a_claim_of_two_gigabytes_takes_no_memory(north: House, importing: Importer) -> None:
    """The leader says 99999 and the base address lies; the record itself is what counts."""
    record = marc("1", "Small")
    report = importing(north, b"99999" + record[5:12] + b"99999" + record[17:])
    assert report.counts == (1, 0, 0, 0)


def test_a_record_with_three_thousand_copies(north: House, importing: Importer) -> None:
    copies = [field("952", p=f"b{n}", o="PER", t=str(n)) for n in range(3000)]
    record = marc("1", "A serial", *copies[:1])
    assert importing(north, record, mapping="952").created == 1
    xml = _as_xml("1", copies)
    assert importing(north, xml, mapping="952").counts == (0, 1, 0, 0)
    assert len(state(north)["items"]) == 3000
    assert importing(north, xml, mapping="952").counts == (0, 0, 1, 0)


def _as_xml(number: str, copies: list[Any]) -> bytes:
    """ISO 2709 cannot hold so many; MARCXML can."""
    numbers = [Field("001", data=number), Field("003", data="TEST")]
    leader = "00000nam a2200000   4500"
    return to_marcxml(make_record(leader, [*numbers, field("245", a="A serial"), *copies]))
