"""`stackroom operator`: who may sign in to the console. There is no page for it.

Everything but click is imported late, so that `stackroom --help` answers at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import click

from stackroom.core.commands import NEW_APP

if TYPE_CHECKING:
    from stackroom.core.http import Stackroom


@click.group()
def operator() -> None:
    """Operators of this platform, who sign in to its console."""


@contextmanager
def _platform() -> Iterator["Stackroom"]:
    """The platform's shared tables, as the system actor; a refusal becomes one sentence."""
    from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem
    from tenants import context

    app = cast("Callable[[], Stackroom]", click.get_current_context().meta[NEW_APP])()
    try:
        with (
            app.app_context(),
            acting_as(Provenance(SYSTEM, Channel.CLI)),
            context.unscoped("operators, from a terminal"),
            transaction(),
        ):
            yield app
    except Problem as problem:
        raise click.ClickException(problem.detail) from None


@operator.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.password_option(help="asked for where it is not given")
def add(email: str, name: str, password: str) -> None:
    """Add an operator. Their second factor is set up at the first sign-in, within a day."""
    with _platform() as app:
        from stackroom.operators import accounts, authentication
        from stackroom.staff.authentication import hasher

        accounts.add(
            email=email, name=name, password=password, hasher=hasher(), seal=authentication.seal()
        )
        address = app.settings.origin(app.settings.console)
    click.echo(f"{email} can sign in at {address} within a day, and sets up a second factor there.")


@operator.command("list")
def list_operators() -> None:
    """Every operator, and how far they are."""
    with _platform():
        from stackroom.operators import accounts

        for each in accounts.operators():
            factor = "second factor set up" if each.enrolled_at else "no second factor yet"
            state = "active" if each.active else "disabled"
            click.echo(f"{each.email:40} {state:9} {factor:22} {each.name}")


@operator.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Close an operator's account, and whatever they have open."""
    _set_active(email, active=False)
    click.echo(f"{email} is disabled.")


@operator.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Open an operator's account again."""
    _set_active(email, active=True)
    click.echo(f"{email} can sign in again.")


def _set_active(email: str, *, active: bool) -> None:
    with _platform():
        from stackroom.operators import accounts

        accounts.set_active(email, active=active)


@operator.command("reset-mfa")
@click.argument("email")
def reset_mfa(email: str) -> None:
    """Take away a lost second factor; another is set up at the next sign-in, within a day."""
    with _platform():
        from stackroom.operators import accounts, authentication

        accounts.reset_second_factor(email, authentication.seal())
    click.echo(f"{email} sets up a new second factor at the next sign-in, within a day.")
