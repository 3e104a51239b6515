"""An organisation moves to another Stackroom, and to another database, and lives on."""

import random
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import version_of, versioned_models
from stackroom.catalogue.editing import Edits
from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.models import Bib, Item
from stackroom.catalogue.service import bibs
from stackroom.circulation.models import Loan
from stackroom.circulation.service import lending
from stackroom.core import clock
from stackroom.lifecycle.bundle.errors import BundleRefused
from stackroom.lifecycle.bundle.travelling import TRAVELS
from stackroom.patrons.models import Patron
from stackroom.testing.bundles import Home, contents, second_home, without_times
from stackroom.testing.furnish import add_bib, add_item, add_patron, furnish
from stackroom.testing.house import PASSWORD, House, open_house
from stackroom.testing.importing import Importer

Way = tuple[Home, Home]
ODD = ("", "=1+1", "ÅÄÖ ß ﬁ", "e\u0301", "𝔘𝔫𝔦", "line\nbreak", 'quote " and \\', "\u2028", " ")
NUMBERS = [0, -0.0, 1e2, 1.5, 1e-7, 2**53, 2.0**60, 2.0**63, -(2.0**63), 1e20, 1e300, 5e-324]
ARRIVED = "organisation.imported"


def same(left: Path, arrived: Path) -> dict[str, bytes]:
    """The members, which must be the same to the byte, as must the order in which they stand."""
    one, two = contents(left), contents(arrived)
    assert list(one) == list(two)
    manifests = one.pop("manifest.json"), two.pop("manifest.json")
    assert [name for name in one if one[name] != two[name]] == []
    assert without_times(manifests[0]) == without_times(manifests[1])
    return one


def test_what_arrives_is_what_left_byte_for_byte(way: Way, tmp_path: Path) -> None:
    old, new = way
    house = open_house(old.app, "mover")
    furnish(house)
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    new.take(moved, tmp_path / "arrived.zip")
    members = same(tmp_path / "left.zip", tmp_path / "arrived.zip")
    for table in ("bibs", "loans", "import_rejects", "patrons_version", "audit_entries"):
        assert members[f"rows/{table}.jsonl"], table
    assert [name for name in members if name.startswith("files/")]


@pytest.mark.parametrize("seed", [1, 2])
def test_it_holds_whatever_people_have_written(way: Way, tmp_path: Path, seed: int) -> None:
    old, new = way
    house = open_house(old.app, "busy")
    work_a_while(house, random.Random(seed))
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    new.take(moved, tmp_path / "arrived.zip")
    same(tmp_path / "left.zip", tmp_path / "arrived.zip")


def work_a_while(house: House, chance: random.Random) -> None:
    """Bibs, copies, patrons and loans, changed and deleted, with what JSON and text can hold."""
    for number in range(12):
        with house.work("librarian"):
            year = chance.choice([None, 1, 2026])
            bib = add_bib(
                f"{chance.choice(ODD)} {number}", subjects=chance.sample(ODD, 3), year=year
            )
            numbers = {"n": NUMBERS, "z": {"b": None, "a": True}}
            bib.marc = {**bib.marc, "x-odd": {chance.choice(ODD): numbers}}
            bib_id = bib.id
            add_item(bib, f"B-{number}", price_minor=chance.choice([None, 0, 2**31 - 1]))
            patron = add_patron(f"P-{number}", note=chance.choice(ODD), email="a@b.example")
            patron.expires_on = chance.choice([None, date(2030, 2, 28)])
        past = clock.now() - timedelta(days=chance.randrange(400))
        with house.work("librarian"), clock.held_at(past):
            lending.check_out(item_barcode=f"B-{number}", patron_barcode=f"P-{number}")
        with house.work("admin") as session:
            row = session.scalars(sa.select(Bib).where(Bib.id == bib_id)).one()
            row.publisher = chance.choice(ODD)
        if chance.random() < 0.5:
            with house.work("librarian"):
                gone = bibs.create(Edits(title="Soon gone")).id
            with house.work("librarian"):
                bibs.delete(bibs.bib(gone))


def test_a_moved_organisation_works_on(way: Way, tmp_path: Path) -> None:
    old, new = way
    house = open_house(old.app, "worker")
    furnish(house)
    with house.work("librarian") as session:
        bib_id, title = session.scalars(sa.select(Bib.id)).first(), "The lighthouse of elsewhere"
    house.api("librarian").patch(f"/api/v1/bibs/{bib_id}", json={"year": 1999})
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")

    signed_in = moved.anonymous().post(
        "/api/v1/auth/tokens",
        json={"email": house.email("librarian"), "password": PASSWORD},
    )
    assert signed_in.status_code == 200, "the password is the one they had"
    desk = moved.anonymous()
    desk.token = signed_in.json["access_token"]

    tag = desk.get(f"/api/v1/bibs/{bib_id}").headers["ETag"]
    changed = desk.patch(f"/api/v1/bibs/{bib_id}", json={"title": title}, headers={"If-Match": tag})
    assert changed.status_code == 200
    found = desk.get("/api/v1/bibs?q=lighthouse+elsewhere").json["items"]
    assert [one["id"] for one in found] == [str(bib_id)]

    with moved.work("auditor") as session:
        version = version_of(Bib)
        told = session.execute(
            sa.select(version.revision, version.title, version.year)
            .where(version.id == bib_id)
            .order_by(version.transaction_id)
        ).all()
    revisions = [revision for revision, _, _ in told]
    assert revisions == list(range(1, len(told) + 1)), "history goes on where it was"
    assert told[-2].year == told[-1].year == 1999
    assert told[-1].title == title


def test_the_index_finds_what_was_there_before_the_move(way: Way, tmp_path: Path) -> None:
    old, new = way
    house = open_house(old.app, "finder")
    with house.work("librarian"):
        bibs.create(Edits(title="Knots for cold hands", isbns=["9780000000088"]))
    old.take(house, tmp_path / "left.zip")
    desk = new.bring(tmp_path / "left.zip").api("librarian")
    assert desk.get("/api/v1/bibs?q=knots").json["total"] == 1
    assert desk.get("/api/v1/bibs?isbn=9780000000088").json["total"] == 1


def test_timelines_read_across_the_move(way: Way, tmp_path: Path) -> None:
    old, new = way
    house = open_house(old.app, "teller")
    furnish(house)
    made = old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    with moved.work("librarian"):
        add_bib("Written at the new home")

    newest = moved.api("auditor").get("/api/v1/audit/entries?per_page=100").json["items"]
    actions = [entry["action"] for entry in newest]
    assert actions.index("bib.created") < actions.index(ARRIVED) < actions.index("import.finished")
    assert actions.count(ARRIVED) == 1
    told = next(entry for entry in newest if entry["action"] == ARRIVED)
    assert made.audit.root in told["sentence"]
    with moved.work("auditor") as session:
        arrived = session.scalar(
            sa.select(AuditEntry.transaction_id).where(AuditEntry.action == ARRIVED)
        )
        before = session.scalar(
            sa.select(sa.func.max(AuditTransaction.id)).where(AuditTransaction.id < arrived)
        )
        assert before is not None
        added = session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.transaction_id == arrived)
        ).all()
    assert added == [ARRIVED], "an import writes no history of its own"


def test_history_is_as_long_as_it_was(way: Way, tmp_path: Path) -> None:
    """Restored rows get no version for having been restored."""
    old, new = way
    house = open_house(old.app, "historian")
    furnish(house)
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    assert versions(moved) == versions(house)


def versions(house: House) -> dict[str, int]:
    count = sa.func.count()
    with house.work("auditor") as session:
        return {
            model.__tablename__: session.scalars(
                sa.select(count).select_from(version_of(model))
            ).one()
            for model in versioned_models()
            if model.__tablename__ in TRAVELS
        }


def test_each_arrival_is_kept_however_often_one_moves(
    here: Home, elsewhere: Home, tmp_path: Path
) -> None:
    """And each bundle on the way holds the same rows."""
    house = open_house(here.app, "traveller")
    furnish(house)
    here.take(house, tmp_path / "1.zip")
    elsewhere.take(elsewhere.bring(tmp_path / "1.zip"), tmp_path / "2.zip")
    with second_home(tmp_path / "third") as third:
        third.take(third.bring(tmp_path / "2.zip"), tmp_path / "3.zip")
    same(tmp_path / "1.zip", tmp_path / "3.zip")
    arrivals = [
        orjson.loads(contents(tmp_path / name)["manifest.json"])["arrivals"]
        for name in ("1.zip", "2.zip", "3.zip")
    ]
    assert [len(told) for told in arrivals] == [0, 1, 2]
    assert arrivals[2][0] == arrivals[1][0]


def test_a_neighbour_neither_sees_nor_changes_anything(
    here: Home, elsewhere: Home, tmp_path: Path
) -> None:
    house, neighbour = open_house(elsewhere.app, "north"), open_house(here.app, "harbour")
    furnish(house)
    furnish(neighbour)
    before = versions(neighbour)
    made = elsewhere.take(house, tmp_path / "left.zip")
    moved = here.bring(tmp_path / "left.zip")
    assert neighbour.tenant.slug.encode() not in b"".join(contents(tmp_path / "left.zip").values())
    assert versions(neighbour) == before
    with neighbour.work("librarian") as session:
        titles = session.scalars(sa.select(Bib.title)).all()
    assert len(titles) == 2
    assert all(title.endswith(neighbour.tenant.slug) for title in titles)
    assert made.organisation.uuid == moved.tenant.uuid
    assert neighbour.api("admin").get("/api/v1/bibs").json["total"] == 2


def test_a_spreadsheet_runs_nothing_that_a_patron_has_written(here: Home, tmp_path: Path) -> None:
    house = open_house(here.app, "sheets")
    with house.work("librarian"):
        add_patron("P-1", name="=HYPERLINK(evil)", note="+1", email="a@b.example")
    here.take(house, tmp_path / "left.zip")
    sheet = contents(tmp_path / "left.zip")["csv/patrons.csv"].decode("utf-8-sig")
    header, row = sheet.splitlines()
    assert header.startswith("id,barcode,name,email")
    assert ",'=HYPERLINK(evil)," in row
    assert ",'+1" in row


def test_marc_that_iso_2709_cannot_hold_stands_beside_it(here: Home, tmp_path: Path) -> None:
    house = open_house(here.app, "long")
    with house.work("librarian"):
        small = bibs.create(Edits(title="A small one"))
        long = bibs.create(Edits(title="A long one"))
        note = {"520": {"ind1": " ", "ind2": " ", "subfields": [{"a": "x" * 10_000}]}}
        long.marc = {**long.marc, "fields": [*long.marc["fields"], note]}
        assert small.title
    here.take(house, tmp_path / "left.zip")
    members = contents(tmp_path / "left.zip")
    assert b"A small one" in members["catalogue/bibs.mrc"]
    assert b"A long one" not in members["catalogue/bibs.mrc"]
    assert b"A long one" in members["catalogue/oversize.xml"]
    assert members["rows/bibs.jsonl"].count(b"\n") == 2


def test_a_file_that_is_gone_is_named_and_the_rest_moves(
    here: Home, elsewhere: Home, tmp_path: Path
) -> None:
    house = open_house(here.app, "loser")
    importer = Importer(here.files)
    with here.app.app_context():
        job = importer.begin(house, b"title\nA title\n", filename="x.csv")
    with house.work("admin") as session:
        key = session.scalars(sa.select(ImportJob.file_key).where(ImportJob.id == job)).one()
        here.files.delete(key)
    made = here.take(house, tmp_path / "left.zip")
    assert made.missing_files == [key]
    moved = elsewhere.bring(tmp_path / "left.zip")
    elsewhere.take(moved, tmp_path / "arrived.zip")
    same(tmp_path / "left.zip", tmp_path / "arrived.zip")


def test_a_half_import_leaves_nothing(here: Home, elsewhere: Home, tmp_path: Path) -> None:
    """Its clock stands before the newest change: found at the very end, after rows and files."""
    house = open_house(elsewhere.app, "early")
    furnish(house)
    elsewhere.take(house, tmp_path / "left.zip")
    with (
        clock.held_at(clock.now() - timedelta(days=1)),
        pytest.raises(BundleRefused, match="set the clock"),
    ):
        here.bring(tmp_path / "left.zip")
    assert not list(here.app.settings.data_dir.glob(f"files/t/{house.tenant.uuid}/*/*"))
    moved = here.bring(tmp_path / "left.zip")  # nothing stands in the way of a second try
    with moved.work("librarian") as session:
        assert session.scalars(sa.select(Loan.status)).all()
        assert session.scalars(sa.select(Item.barcode)).all() == [f"I-{house.tenant.slug}"]
        assert session.scalars(sa.select(Patron.barcode)).all() == [f"P-{house.tenant.slug}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["gpo_monthly/changed_records_202601_1563_utf8.mrc.gz", "ils/jazz_1k.mrc"]
)
def test_a_real_catalogue_moves(way: Way, shared_data: Path, tmp_path: Path, path: str) -> None:
    old, new = way
    house = open_house(old.app, "real")
    report = Importer(old.files)(house, shared_data / "marc" / path, mapping="949")
    assert report.created > 500
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    new.take(moved, tmp_path / "arrived.zip")
    members = same(tmp_path / "left.zip", tmp_path / "arrived.zip")
    assert members["catalogue/bibs.mrc"].count(b"\x1d") == report.created
    assert moved.api("librarian").get("/api/v1/bibs").json["total"] == report.created
