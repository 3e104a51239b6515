"""`stackroom audit …`, by the operator. Everything but click is imported late."""

from typing import TYPE_CHECKING

import click

from stackroom.core.commands import NEW_APP

if TYPE_CHECKING:
    from stackroom.core.http import Stackroom


@click.group()
def audit() -> None:
    """The audit trails of all organisations."""


@audit.command("archive")
@click.option("--year", type=int, required=True, help="a whole year, in UTC")
@click.pass_context
def archive(ctx: click.Context, /, year: int) -> None:
    """Move a year of history to a file for each organisation, as the owner role; what stood later
    can still be told."""
    from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
    from stackroom.oversight.retention.errors import NotArchived
    from stackroom.oversight.retention.years import archive_year

    app: Stackroom = ctx.meta[NEW_APP]()
    with app.app_context(), acting_as(Provenance(SYSTEM, Channel.CLI)):
        try:
            for sentence in archive_year(year):
                click.echo(sentence)
        except NotArchived as error:
            raise click.ClickException(f"Nothing has left: {error}.") from None
