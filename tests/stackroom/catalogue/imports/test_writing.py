"""A record that breaks on writing does not take its chunk down; it costs few statements."""

from io import BytesIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.catalogue.imports.preparing import Candidate, Refused, prepare
from stackroom.catalogue.imports.writing import Verdict, write
from stackroom.catalogue.marc import open_source
from stackroom.catalogue.models import Bib
from stackroom.testing.house import House
from stackroom.testing.importing import marc


def candidates(*records: bytes) -> list[Candidate]:
    outcomes = open_source(BytesIO(b"".join(records)))
    prepared = [prepare(outcome, source="", mapping=None) for outcome in outcomes]
    return [each for each in prepared if isinstance(each, Candidate)]


def unwritable(candidate: Candidate) -> Candidate:
    """What no reader lets through, and no database takes: a title that is missing."""
    candidate.values["title"] = None
    return candidate


def test_the_culprit_alone_is_refused(north: House) -> None:
    good, bad, better = candidates(marc("1", "Good"), marc("2", "Bad"), marc("3", "Better"))
    with north.work() as session:
        first, second, third = write(session, [good, unwritable(bad), better])
    assert (first, third) == (Verdict.CREATED, Verdict.CREATED)
    assert isinstance(second, Refused)
    assert (second.position, second.code, second.raw) == (2, "record_unwritable", bad.raw)
    with north.work() as session:
        assert session.scalars(sa.select(Bib.title).order_by(Bib.title)).all() == ["Better", "Good"]


def test_a_chunk_that_is_tried_again_warns_once(north: House) -> None:
    deleted, bad = candidates(marc("1", "Gone", status="d"), marc("2", "Bad"))
    with north.work() as session:
        write(session, [deleted, unwritable(bad)])
    assert [code for code, _ in deleted.warnings] == ["deleted_at_source"]


def test_history_knows_a_row_made_and_changed_in_one_transaction_as_made(north: House) -> None:
    """Tried one by one, the second record of a title changes what the first has just made."""
    first, bad, second = candidates(marc("1", "Draft"), marc("2", "Bad"), marc("1", "Final"))
    with north.work() as session:
        verdicts = write(session, [first, unwritable(bad), second])
    assert (verdicts[0], verdicts[2]) == (Verdict.CREATED, Verdict.UPDATED)
    page = north.api("auditor").get("/api/v1/audit/entries", query_string={"per_page": 100})
    told = [entry["action"] for entry in page.get_json()["items"]]
    assert told.count("bib.created") == 1
    assert "bib.updated" not in told


def statements(session: Session, *records: bytes) -> int:
    counted: list[str] = []

    def count(*arguments: object) -> None:
        counted.append(str(arguments[2]))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        write(session, candidates(*records))
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_statements_do_not_grow_with_records(north: House) -> None:
    """Neither for titles that are new nor for titles that are there already."""
    with north.work() as session:
        few = statements(session, *(marc(str(n), f"Title {n}") for n in range(5)))
    with north.work() as session:
        many = statements(session, *(marc(f"m{n}", f"Title {n}") for n in range(100)))
        assert many == few
    with north.work() as session:
        some = statements(session, *(marc(f"m{n}", f"Changed {n}") for n in range(5)))
    with north.work() as session:
        assert (
            statements(session, *(marc(f"m{n}", f"Changed twice {n}") for n in range(100))) == some
        )
