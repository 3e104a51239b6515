"""`stackroom import` on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from stackroom.catalogue.imports.cli import import_file
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.testing.house import House
from stackroom.testing.importing import marc
from tenants import context


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "records.mrc"
    path.write_bytes(marc("1", "One") + b"\x1d")
    return path


def run(house: House, *arguments: str | Path) -> Result:
    @contextmanager
    def opened(slug: str) -> Iterator[None]:
        if slug != house.tenant.slug:
            raise click.ClickException(f"There is no organisation “{slug}”.")
        system = Provenance(SYSTEM, Channel.CLI)
        with house.app.app_context(), context.acting_for(house.tenant), acting_as(system):
            yield

    return CliRunner().invoke(import_file, [str(each) for each in arguments], obj=opened)


def test_a_file_is_imported_and_counted(north: House, file: Path) -> None:
    result = run(north, north.tenant.slug, file)
    assert result.exit_code == 0, result.output
    assert "2 read: 1 created, 0 updated, 0 unchanged, 1 rejected" in result.output
    assert north.api("librarian").get("/api/v1/bibs").json["total"] == 1


def test_a_dry_run_writes_nothing(north: House, file: Path) -> None:
    assert "1 created" in run(north, north.tenant.slug, file, "--dry-run").output
    assert north.api("librarian").get("/api/v1/bibs").json["total"] == 0


def test_a_picture_ends_with_its_sentence(north: House, tmp_path: Path) -> None:
    picture = tmp_path / "cover.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * 100)
    result = run(north, north.tenant.slug, picture)
    assert (result.exit_code, "Error: This is a JPEG picture." in result.output) == (1, True)


def test_an_empty_file_ends_with_its_sentence(north: House, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.mrc"
    nothing.touch()
    result = run(north, north.tenant.slug, nothing)
    assert (result.exit_code, "The file is empty" in result.output) == (1, True)


def test_an_unknown_organisation_is_named(north: House, file: Path) -> None:
    result = run(north, "nowhere", file)
    assert (result.exit_code, "“nowhere”" in result.output) == (1, True)


def test_the_system_is_named_as_who_asked(north: House, file: Path) -> None:
    run(north, north.tenant.slug, file)
    page = north.api("auditor").get("/api/v1/audit/entries", query_string={"per_page": 100}).json
    (made,) = [entry for entry in page["items"] if entry["action"] == "bib.created"]
    assert (made["actor"]["type"], made["channel"]) == ("system", "import")
