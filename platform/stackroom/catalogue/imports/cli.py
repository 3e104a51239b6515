"""`stackroom import`: a file into the catalogue from a terminal, without a worker.

Everything but click is imported late, so that `stackroom --help` answers at once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

if TYPE_CHECKING:
    from stackroom.catalogue.imports.schemas import ImportOut

Open = Callable[[str], AbstractContextManager[object]]
FORMATS = ("auto", "marc", "marcxml", "csv")
MAPPINGS = ("none", "852", "876", "949", "952", "999")


@click.command("import")
@click.argument("organisation")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", type=click.Choice(FORMATS), default="auto", show_default=True)
@click.option("--mapping", type=click.Choice(MAPPINGS), default="none", help="field of the copies")
@click.option("--source", default="", help="stands in for a missing 003")
@click.option("--dry-run", is_flag=True, help="count and check, and write nothing")
@click.pass_obj
def import_file(
    open_organisation: Open, /, organisation: str, file: Path, **options: object
) -> None:
    """Import FILE (MARC, MARCXML or CSV, plain or gzipped) into ORGANISATION."""
    with open_organisation(organisation):
        done = _run(_create(file, options), file)
    click.echo(
        f"{done.read:,} read: {done.created:,} created, {done.updated:,} updated, "
        f"{done.unchanged:,} unchanged, {done.rejected:,} rejected; {done.warnings:,} warnings."
    )
    if done.status != "succeeded":
        raise click.ClickException(done.detail)


def _create(file: Path, options: dict[str, object]) -> UUID:
    from stackroom.catalogue.imports import service
    from stackroom.catalogue.imports.schemas import ImportOptions
    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem
    from stackroom.core.http import app
    from stackroom.files.adapters import files

    chosen = ImportOptions.model_validate(options).chosen()
    try:
        with file.open("rb") as stream, transaction():
            store = files(app().settings)
            return service.create(stream, filename=file.name, files=store, **chosen).id
    except Problem as problem:
        raise click.ClickException(problem.detail) from None


def _run(import_id: UUID, file: Path) -> "ImportOut":
    from stackroom.catalogue.imports import runner, service
    from stackroom.catalogue.imports.models import ImportJob
    from stackroom.catalogue.imports.schemas import ImportOut
    from stackroom.core.database import transaction
    from stackroom.core.http import app
    from stackroom.files.adapters import files

    with click.progressbar(length=file.stat().st_size, label=file.name) as bar:

        def show(job: ImportJob) -> None:
            bar.update(job.bytes_read - bar.pos)

        try:
            runner.run(import_id, files(app().settings), watch=show)
        except KeyboardInterrupt:
            with transaction():
                service.stop(import_id)
    with transaction():
        return ImportOut.model_validate(service.job(import_id))
