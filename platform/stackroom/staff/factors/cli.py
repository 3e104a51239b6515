"""`stackroom user remove-factors`: for the only admin, whom no other admin can help.

Everything but click is imported late, so that `stackroom --help` answers at once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tenants.context import Tenant

Open = Callable[[str], AbstractContextManager["Tenant"]]


@click.command("remove-factors")
@click.argument("slug")
@click.argument("email")
@click.pass_obj
def remove_factors(open_organisation: Open, /, slug: str, email: str) -> None:
    """Take away somebody's lost second factors; they are told by mail."""
    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem
    from stackroom.staff.factors.service import requirements

    with open_organisation(slug), transaction():
        try:
            requirements.take_away(requirements.called(email))
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
    click.echo(f"{email} signs in to {slug} by password alone, and can set up new factors.")
