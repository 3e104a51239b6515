"""An import that meets the limit of the plan: each record whole or not at all."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from stackroom.catalogue.imports import runner
from stackroom.catalogue.imports.models import ImportReject
from stackroom.catalogue.imports.preparing import Candidate, Refused, prepare
from stackroom.catalogue.imports.writing import Verdict, write
from stackroom.catalogue.marc import ItemMapping, open_source
from stackroom.catalogue.models import Bib, Holdings, Item
from stackroom.core.http import Stackroom
from stackroom.plans import service
from stackroom.plans.registry import PLANS
from stackroom.testing.house import House, open_house
from stackroom.testing.importing import Importer, field, marc


def record(number: int, *barcodes: str, title: str = "") -> bytes:
    copies = [field("952", p=barcode) for barcode in barcodes]
    return marc(f"n{number}", title or f"Title {number}", *copies)


def kept(house: House) -> tuple[int, int, int]:
    """Titles, holdings, copies."""
    with house.work() as session:
        titles, holdings, copies = (
            session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
            for model in (Bib, Holdings, Item)
        )
        return titles, holdings, copies


def rejects(house: House) -> list[tuple[int, str]]:
    with house.work() as session:
        rows = session.execute(
            sa.select(ImportReject.position, ImportReject.code).order_by(ImportReject.position)
        )
        return [(position, code) for position, code in rows]


def test_what_does_not_fit_is_rejected_whole_and_nothing_is_lost(
    tiny: House, importing: Importer
) -> None:
    """Room for three copies: the second record brings too many, a smaller one behind it fits."""
    file = b"".join(
        [
            record(1, "A-1", "A-2"),
            record(2, "B-1", "B-2"),
            record(3, "C-1"),
            record(4, "D-1"),
            record(5),
        ]
    )
    report = importing(tiny, file, mapping="952")
    assert report.status == "succeeded"
    assert report.counts == (3, 0, 0, 2)
    assert report.read == sum(report.counts) == 5
    assert rejects(tiny) == [(2, "plan_limit_reached"), (4, "plan_limit_reached")]
    assert kept(tiny) == (3, 2, 3), "a rejected record leaves no title and no holdings"


def test_the_rejected_records_can_be_imported_once_the_plan_is_larger(
    tiny: House, importing: Importer
) -> None:
    file = b"".join(record(number, f"C-{number}") for number in range(1, 6))
    assert importing(tiny, file, mapping="952").counts == (3, 0, 0, 2)
    with tiny.work("admin") as session:
        service.change_plan("roomy", "they grew")
        raw = session.scalars(sa.select(ImportReject.raw).order_by(ImportReject.position)).all()
    assert importing(tiny, b"".join(raw), mapping="952").counts == (2, 0, 0, 0)
    assert kept(tiny)[2] == 5


def test_at_the_limit_what_adds_no_copy_is_still_written(tiny: House, importing: Importer) -> None:
    file = b"".join(record(number, f"C-{number}") for number in range(1, 4))
    importing(tiny, file, mapping="952")
    again = b"".join(
        [record(1, "C-1", title="A better title"), record(2, "C-2"), record(9), record(3, "C-9")]
    )
    report = importing(tiny, again, mapping="952")
    assert report.counts == (1, 1, 1, 1)
    assert rejects(tiny) == [(4, "plan_limit_reached")]


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_a_dry_run_tells_what_the_real_one_will_do(
    app: Stackroom, importing: Importer, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Whatever the size of the chunks, each of which a dry run takes back."""
    monkeypatch.setattr(runner, "CHUNK_RECORDS", chunk)
    house = open_house(app, "dry", plan="tiny")
    file = b"".join(record(number, f"C-{number}") for number in range(1, 7))
    told = importing(house, file, mapping="952", dry_run=True)
    assert kept(house) == (0, 0, 0)
    assert importing(house, file, mapping="952") == told
    assert told.counts == (3, 0, 0, 3)


def test_a_record_that_the_database_refuses_takes_no_room(tiny: House) -> None:
    """The chunk is tried again record by record, and what was taken for it is given back."""
    file = BytesIO(b"".join(record(number, f"C-{number}") for number in range(1, 6)))
    mapping = ItemMapping("952")
    prepared = [prepare(outcome, source="", mapping=mapping) for outcome in open_source(file)]
    candidates = [each for each in prepared if isinstance(each, Candidate)]
    candidates[1].values["title"] = None  # what no reader lets through, and no database takes
    with tiny.work() as session:
        verdicts = write(session, candidates)
    codes = [verdict.code if isinstance(verdict, Refused) else verdict for verdict in verdicts]
    created = Verdict.CREATED
    assert codes == [created, "record_unwritable", created, created, "plan_limit_reached"]
    assert kept(tiny)[2] == 3


def test_a_stopped_import_goes_on_under_the_same_limit(
    tiny: House, importing: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK_RECORDS", 1)
    file = b"".join(record(number, f"C-{number}") for number in range(1, 6))
    job = importing.begin(tiny, file, mapping="952")

    def die(found: object) -> None:
        if getattr(found, "read", 0) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.go(tiny, job, watch=die)
    report = importing.go(tiny, job)
    assert report.counts == (3, 0, 0, 2)
    assert kept(tiny)[2] == 3


@pytest.mark.slow
def test_real_records_end_whole_at_the_limit(
    app: Stackroom,
    importing: Importer,
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand records of a library, of which a plan takes 400 copies: told first by a dry run,
    then done, and the rest taken once the plan has room."""
    monkeypatch.setitem(PLANS, "tiny", replace(PLANS["tiny"], items=400, storage=10**8))
    path = shared_data / "marc" / "ils" / "jazz_1k.mrc"
    whole, house = open_house(app, "whole"), open_house(app, "real", plan="tiny")
    everything = importing(whole, path, mapping="949")
    told = importing(house, path, mapping="949", dry_run=True)
    report = importing(house, path, mapping="949")
    assert report == told
    assert report.read == sum(report.counts) == everything.read
    assert report.rejected > everything.rejected
    assert kept(house)[0] == report.created
    assert kept(house)[2] == 400
    with house.work("admin"):
        service.change_plan("consortium", "they grew")
    assert importing(house, path, mapping="949").rejected == everything.rejected
    assert kept(house) == kept(whole)
