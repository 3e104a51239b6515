"""A year of history leaves PostgreSQL for files: whole, checked, told, and only when it may."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from uuid_utils.compat import uuid7

from config import load
from stackroom import cli
from stackroom.app import create_app
from stackroom.audit import partitions
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.oversight.retention.models import AuditArchive
from stackroom.oversight.seals import evidence, verify
from stackroom.testing import databases
from stackroom.testing.house import House, open_house
from stackroom.testing.seals import check, seal
from stackroom.testing.visitor import visit

OLD, LATER, NOW = (datetime(year, 5, 1, tzinfo=UTC) for year in (2023, 2024, 2034))
KIND = version_of(ItemType)


@pytest.fixture(scope="module")
def apart(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stackroom]:
    """A year leaves for everybody at once, so these organisations have a database of their own."""
    folder = tmp_path_factory.mktemp("archives")
    with databases.empty(dialect, folder) as made:
        databases.migrate(made)
        app = create_app(
            load(
                STACKROOM_ENV="testing", database_url=made.app_url,
                database_owner_url=made.owner_url, data_dir=folder,
            )
        )  # fmt: skip
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def elder(apart: Stackroom) -> tuple[House, UUID, UUID]:
    """A kind of item that 2023 made and changed and 2024 changed again, and one of 2023 alone."""
    house, changed, still = open_house(apart, "elder"), uuid7(), uuid7()
    seal(house)  # what is older than this house's own beginning comes to the checkpoints behind
    with clock.held_at(OLD), house.work() as session:
        session.add(ItemType(id=changed, code="x-map", name="Map"))
        session.add(ItemType(id=still, code="x-globe", name="Globe"))
    for at, name in ((OLD.replace(month=6), "Maps"), (LATER, "Charts")):
        with clock.held_at(at), house.work() as session:
            found = session.get_one(ItemType, (house.tenant.id, changed))
            found.name = name
    seal(house)
    return house, changed, still


def run(app: Stackroom, monkeypatch: pytest.MonkeyPatch, year: int = 2023) -> Result:
    monkeypatch.setattr(cli, "new_app", lambda: app)
    with clock.held_at(NOW):
        return CliRunner().invoke(cli.main, ["audit", "archive", "--year", str(year)])


def names(house: House, kind: UUID) -> list[str]:
    with house.work() as session:
        wanted = sa.select(KIND.name).where(KIND.id == kind).order_by(KIND.transaction_id)
        return list(session.scalars(wanted))


@pytest.mark.postgresql
class TestOnPostgresql:
    def test_what_may_not_leave_stays_and_is_named(
        self, apart: Stackroom, elder: tuple[House, UUID, UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house, changed, _ = elder
        retention = "/api/v1/audit/retention"
        within = run(apart, monkeypatch, NOW.year - 2)
        assert "the 2 years that nobody may archive" in within.output
        house.api("admin").patch(retention, json={"keep_years": 20})
        assert (
            f"{house.tenant.slug} keeps its history of 20 years" in run(apart, monkeypatch).output
        )
        house.api("admin").patch(retention, json={"keep_years": 3})
        house.api("admin").post(f"{retention}/hold", json={"reason": "case 7"})
        said = run(apart, monkeypatch)
        assert said.exit_code == 1
        assert f"{house.tenant.slug} is on legal hold" in said.output
        house.api("admin").post(f"{retention}/release", json={"reason": "settled"})
        assert names(house, changed) == ["Map", "Maps", "Charts"]

    def test_a_file_that_does_not_verify_keeps_the_year_where_it_is(
        self, apart: Stackroom, elder: tuple[House, UUID, UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house, changed, _ = elder
        write = evidence.lines
        monkeypatch.setattr(
            evidence, "lines", lambda *span: islice(write(*span), 3)
        )  # as a disk that is full would leave it
        assert "does not verify: Checkpoint 1 seals" in run(apart, monkeypatch).output
        assert names(house, changed) == ["Map", "Maps", "Charts"]

    def test_a_year_leaves_and_what_stood_later_can_be_told(
        self, apart: Stackroom, elder: tuple[House, UUID, UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house, changed, still = elder
        said = run(apart, monkeypatch)
        assert said.exit_code == 0, said.output
        assert names(house, changed) == ["Maps", "Charts"]
        assert names(house, still) == ["Globe"]
        first, after = partitions.span(2023)
        with house.work() as session:
            old = AuditTransaction.id.between(first, after - 1)
            assert len(session.scalars(sa.select(AuditTransaction).where(old)).all()) == 2
            gone = AuditEntry.transaction_id.between(first, after - 1)
            assert session.scalars(sa.select(AuditEntry).where(gone)).all() == []
            archive = session.scalars(sa.select(AuditArchive)).one()
            rows, sha256 = archive.rows, archive.sha256
        (told,) = house.api("auditor").get(
            "/api/v1/audit/entries", query_string={"action": "audit.archived"}
        ).json["items"]  # fmt: skip
        assert sha256 in told["sentence"]
        again = run(apart, monkeypatch)
        assert again.exit_code == 1
        assert "has left before" in again.output
        assert rows > 2 + 3 + 3  # the checkpoint reaches into the next year

    def test_the_check_goes_on_behind_the_archive_and_finds_it_sound(
        self, elder: tuple[House, UUID, UUID]
    ) -> None:
        house, _, _ = elder
        seal(house)  # that the year was archived
        check(house)
        auditor = house.api("auditor")
        (done,) = auditor.get("/api/v1/audit/seal-checks").json["items"]
        assert (done["state"], done["faults"]) == ("sound", [])
        asked = auditor.post("/api/v1/audit/evidence", json={"first": 1})
        assert asked.status_code == 422
        assert "Older ones are in archives" in asked.json["detail"]

    def test_the_archive_is_taken_by_auditors_and_verifies_alone(
        self, apart: Stackroom, elder: tuple[House, UUID, UUID]
    ) -> None:
        house, _, _ = elder
        auditor = house.api("auditor")
        (shown,) = auditor.get("/api/v1/audit/archives").json["items"]
        taken = auditor.get(f"/api/v1/audit/archives/{shown['id']}/file")
        verifier = verify.Verifier()
        verifier.read(gzip.decompress(taken.data).splitlines(keepends=True))
        assert (verifier.finish(), verifier.rows) == ([], shown["rows"])
        lines = [orjson.loads(line) for line in gzip.decompress(taken.data).splitlines()]
        kinds = [it["row"].get("name") for it in lines if it.get("table") == "item_types_version"]
        assert {"Globe", "Map", "Maps", "Charts"} <= set(kinds)
        page = visit(house, "auditor")
        assert shown["sha256"] in page.get("/audit/retention").text
        address = f"/audit/retention/archives/{shown['id']}/file"
        assert page.get(address, buffered=True).data == taken.data
        told = auditor.get("/api/v1/audit/entries", query_string={"action": "audit.archive_taken"})
        assert len(told.json["items"]) == 2
        stranger = open_house(apart, "stranger").api("auditor")
        assert stranger.get(f"/api/v1/audit/archives/{shown['id']}/file").status_code == 404

    def test_a_year_that_has_left_can_be_written_to(self, elder: tuple[House, UUID, UUID]) -> None:
        """Such as by an organisation that moves here with its history."""
        house, _, still = elder
        with clock.held_at(OLD.replace(month=9)), house.work() as session:
            session.get_one(ItemType, (house.tenant.id, still)).name = "Globes"
        assert names(house, still) == ["Globe", "Globes"]


def test_sqlite_says_why_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = databases.sqlite(tmp_path)
    app = create_app(load(STACKROOM_ENV="testing", database_url=made.app_url, data_dir=tmp_path))
    said = run(app, monkeypatch)
    assert said.exit_code == 1
    assert "SQLite keeps history in tables that may only be added to" in said.output
    with app.app_context():
        db.engine.dispose()


def test_a_file_that_is_gone_is_told(north: House) -> None:
    with north.work("admin") as session:
        made = AuditArchive(
            id=uuid7(), year=2019, rows=1, counts={}, size=1, sha256="0" * 64,
            first_checkpoint=1, last_checkpoint=1,
            file_key=f"t/{north.tenant.uuid}/archives/{uuid7()}",
        )  # fmt: skip
        session.add(made)
        address = f"/api/v1/audit/archives/{made.id}/file"
    gone = north.api("auditor").get(address)
    assert (gone.status_code, gone.json["code"]) == (409, "archive_gone")
