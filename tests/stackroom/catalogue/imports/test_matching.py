"""Which title a record is: control number and source first, then ISBN."""

import sqlalchemy as sa

from stackroom.catalogue.models import Bib
from stackroom.testing.house import House
from stackroom.testing.importing import Importer, field, marc

ISBN, OTHER = "9780812516371", "9780439023481"
SILENT = (b"003000500002", b"999000500002")
"""Renames the field of the source, as if it were not there."""


def titles(house: House) -> list[str]:
    with house.work() as session:
        return list(session.scalars(sa.select(Bib.title).order_by(Bib.title)))


def test_the_same_number_of_the_same_source_is_the_same_title(
    north: House, importing: Importer
) -> None:
    importing(north, marc("1", "Draft"))
    assert importing(north, marc("1", "Final")).counts == (0, 1, 0, 0)
    assert titles(north) == ["Final"]


def test_the_same_number_of_another_source_is_another_title(
    north: House, importing: Importer
) -> None:
    importing(north, marc("1", "North's", source="N"))
    assert importing(north, marc("1", "South's", source="S")).counts == (1, 0, 0, 0)
    assert titles(north) == ["North's", "South's"]


def test_the_chosen_source_stands_in_for_a_missing_003(north: House, importing: Importer) -> None:
    importing(north, marc("1", "Draft").replace(*SILENT), source="TEST")
    assert importing(north, marc("1", "Final")).counts == (0, 1, 0, 0)


def test_a_source_that_is_missing_once_is_no_other_source(
    north: House, importing: Importer
) -> None:
    """GPO writes a 003 in some months and none in others."""
    silent = marc("1", "Same").replace(*SILENT)
    importing(north, silent)
    assert importing(north, marc("1", "Same")).counts == (0, 1, 0, 0)
    assert importing(north, silent).counts == (0, 1, 0, 0)


def test_a_missing_source_does_not_join_two_titles(north: House, importing: Importer) -> None:
    """Small numbers occur in every system."""
    importing(north, marc("1", "Emma"))
    assert importing(north, marc("1", "Persuasion").replace(*SILENT)).created == 1


def test_an_unchanged_record_leaves_no_version(north: House, importing: Importer) -> None:
    importing(north, marc("1", "Same"))
    assert importing(north, marc("1", "Same")).counts == (0, 0, 1, 0)
    with north.work() as session:
        assert session.scalars(sa.select(Bib.revision)).all() == [1]


def test_lengths_in_the_leader_are_no_change(north: House, importing: Importer) -> None:
    record = marc("1", "Same")
    importing(north, record)
    assert importing(north, b"99999" + record[5:]).counts == (0, 0, 1, 0)


def test_an_isbn_finds_a_title_without_a_number(north: House, importing: Importer) -> None:
    importing(north, marc(title="From a list", isbns=[ISBN]))
    assert importing(north, marc("1", "Catalogued", isbns=[ISBN])).counts == (0, 1, 0, 0)
    assert titles(north) == ["Catalogued"]


def test_an_isbn_finds_the_title_of_another_system(north: House, importing: Importer) -> None:
    importing(north, marc("1", "Theirs", source="N", isbns=[ISBN]))
    assert importing(north, marc("2", "Ours", source="S", isbns=[ISBN])).counts == (0, 1, 0, 0)


def test_ten_digits_and_thirteen_are_one_isbn(north: House, importing: Importer) -> None:
    importing(north, marc(title="Long", isbns=[ISBN]))
    assert importing(north, marc(title="Short", isbns=["0-8125-1637-0 (pbk.)"])).updated == 1


def test_numbers_of_one_system_tell_records_with_one_isbn_apart(
    north: House, importing: Importer
) -> None:
    """Volumes of a set share an ISBN; none may overwrite the other."""
    report = importing(north, marc("1", "Vol. 1", isbns=[ISBN]) + marc("2", "Vol. 2", isbns=[ISBN]))
    assert (report.counts, report.warnings) == ((2, 0, 0, 0), 1)
    assert titles(north) == ["Vol. 1", "Vol. 2"]


def test_an_isbn_of_two_titles_decides_nothing(north: House, importing: Importer) -> None:
    importing(north, marc("1", "One", isbns=[ISBN]) + marc("2", "Two", isbns=[ISBN]))
    report = importing(north, marc("9", "Third", source="S", isbns=[ISBN]))
    assert (report.counts, report.warnings) == ((1, 0, 0, 0), 1)


def test_two_isbns_of_two_titles_decide_nothing(north: House, importing: Importer) -> None:
    importing(north, marc(title="One", isbns=[ISBN]) + marc(title="Two", isbns=[OTHER]))
    assert importing(north, marc(title="Both", isbns=[ISBN, OTHER])).created == 1


def test_a_record_without_a_number_does_not_replace_a_catalogued_title(
    north: House, importing: Importer
) -> None:
    """A list of barcodes must not flatten a full record to its five columns."""
    importing(north, marc("1", "Full", isbns=[ISBN]))
    report = importing(north, marc(title="Poor", isbns=[ISBN]))
    assert (report.counts, report.warnings) == ((0, 0, 1, 0), 1)
    assert titles(north) == ["Full"]


def test_a_record_repeated_in_one_file_is_its_first_again(
    north: House, importing: Importer
) -> None:
    again = marc("1", "First") + marc("1", "First") + marc("1", "Second") + marc("2", "Other")
    assert importing(north, again).counts == (2, 1, 1, 0)
    assert titles(north) == ["Other", "Second"]


def test_an_isbn_taken_away_finds_the_title_no_more(north: House, importing: Importer) -> None:
    importing(north, marc("1", "Was", source="N", isbns=[ISBN]))
    importing(north, marc("1", "Is", source="N", isbns=[OTHER]))
    assert importing(north, marc("2", "New", source="S", isbns=[ISBN])).created == 1


def test_a_record_deleted_at_its_source_is_kept_out_of_sight(
    north: House, importing: Importer
) -> None:
    report = importing(north, marc("1", "Gone", status="d"))
    assert (report.counts, report.warnings) == ((1, 0, 0, 0), 1)
    with north.work() as session:
        assert session.scalars(sa.select(Bib.suppressed)).all() == [True]


def test_another_organisation_has_titles_of_its_own(
    north: House, harbour: House, importing: Importer
) -> None:
    importing(north, marc("1", "North's", isbns=[ISBN]))
    assert importing(harbour, marc("1", "Harbour's", isbns=[ISBN])).counts == (1, 0, 0, 0)
    assert (titles(north), titles(harbour)) == (["North's"], ["Harbour's"])


def test_every_field_is_kept(north: House, importing: Importer) -> None:
    importing(north, marc("1", "T", field("599", x="a local note", y="")))
    with north.work() as session:
        (kept,) = session.scalars(sa.select(Bib.marc)).all()
    assert kept["fields"][-1] == {
        "599": {"ind1": " ", "ind2": " ", "subfields": [{"x": "a local note"}, {"y": ""}]}
    }
