"""`stackroom seals …`. Everything but click is imported late, so that `stackroom --help` answers at
once."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import click

Open = Callable[[str], AbstractContextManager[object]]


@click.group()
def seals() -> None:
    """Seals of an organisation's audit."""


@seals.command("seal")
@click.argument("organisation")
@click.pass_obj
def seal(open_organisation: Open, /, organisation: str) -> None:
    """Seal what waits, now."""
    from stackroom.core.database import transaction
    from stackroom.oversight.seals import showing
    from stackroom.oversight.seals.service import sealing

    with open_organisation(organisation):
        made = sealing.seal(showing.vault())
        with transaction():
            standing = showing.standing()
    click.echo(f"{made} checkpoints were made; the latest is {standing.checkpoint}.")


@seals.command("verify")
@click.argument("organisation")
@click.pass_obj
def verify(open_organisation: Open, /, organisation: str) -> None:
    """Compare every row with what was sealed, in the database itself."""
    from stackroom.core.database import transaction
    from stackroom.oversight.seals.service import jobs, running

    with open_organisation(organisation):
        running.check_all()
        with transaction():
            found = jobs.last_check()
            faults = [fault["sentence"] for fault in found.faults] if found else []
            last = found.last if found else 0
    for sentence in faults:
        click.echo(sentence, err=True)
    if faults:
        raise click.ClickException("The audit was tampered with.")
    click.echo(f"Sound, up to checkpoint {last}.")


@seals.command("keys")
@click.argument("organisation")
@click.pass_obj
def list_keys(open_organisation: Open, /, organisation: str) -> None:
    """Public keys, newest first: number, identifier, key."""
    from stackroom.core.database import transaction
    from stackroom.oversight.seals import showing

    with open_organisation(organisation), transaction():
        for key in showing.all_keys():
            click.echo(f"{key.number:4} {key.id} {key.public} {key.made_at:%Y-%m-%d}")


@seals.command("rotate")
@click.argument("organisation")
@click.pass_obj
def rotate(open_organisation: Open, /, organisation: str) -> None:
    """Replace the key that seals."""
    from stackroom.core.database import transaction
    from stackroom.oversight.seals import showing
    from stackroom.oversight.seals.service import keys

    with open_organisation(organisation), transaction():
        made = keys.rotate(showing.vault()).key_id
    click.echo(f"From now on the key {made} seals.")
