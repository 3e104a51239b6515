"""`stackroom organisation …` and `stackroom certificate …`: the life of an organisation, by the
operator. Everything but click is imported late, so that `stackroom --help` answers at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tenants.context import Tenant

Open = Callable[[str], AbstractContextManager["Tenant"]]


@click.command()
@click.argument("slug")
@click.option("--reason", required=True, help="shown to the organisation's people")
@click.pass_obj
def suspend(open_organisation: Open, /, slug: str, reason: str) -> None:
    """Make an organisation read-only."""
    from stackroom.lifecycle import service

    with _acting_on(open_organisation, slug):
        service.suspend(reason)
    click.echo(f"{slug} is suspended: everything can be read, nothing changed.")


@click.command()
@click.argument("slug")
@click.pass_obj
def resume(open_organisation: Open, /, slug: str) -> None:
    """Let a suspended organisation write again."""
    from stackroom.lifecycle import service

    with _acting_on(open_organisation, slug):
        service.resume()
    click.echo(f"{slug} is active.")


@click.command()
@click.argument("slug")
@click.option("--reason", required=True, help="shown to the organisation's people")
@click.pass_obj
def close(open_organisation: Open, /, slug: str, reason: str) -> None:
    """Close an organisation: read-only, and purged when the days of grace are over."""
    from stackroom.core.http import app
    from stackroom.lifecycle import service

    with _acting_on(open_organisation, slug):
        closes_at = service.close(reason, days=app().settings.closing_days).closes_at
    assert closes_at
    click.echo(f"{slug} is closing: it will be purged from {closes_at:%Y-%m-%d %H:%M} UTC.")


@click.command()
@click.argument("slug")
@click.pass_obj
def reopen(open_organisation: Open, /, slug: str) -> None:
    """Undo the closing of an organisation."""
    from stackroom.lifecycle import service

    with _acting_on(open_organisation, slug):
        status = service.reopen().status.value
    click.echo(f"{slug} is {status}.")


@click.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="do not ask")
@click.pass_obj
def purge(open_organisation: Open, /, slug: str, yes: bool) -> None:
    """Delete all that a closed organisation has, or go on with it. Nothing brings it back."""
    from stackroom.core.errors import Problem
    from stackroom.lifecycle import purging
    from stackroom.lifecycle.errors import NotErased

    with open_organisation(slug):
        if not yes:
            click.confirm(f"Delete everything of {slug} for good?", abort=True)
        try:
            purging.purge()
        except Problem as problem:
            raise click.ClickException(problem.detail) from None
        except NotErased as error:
            raise click.ClickException(f"{error}; run this again.") from None
    click.echo(f"{slug} is purged. `stackroom organisation certificate {slug}` prints the proof.")


@click.command("certificate")
@click.argument("slug")
@click.pass_obj
def certificate_of(open_organisation: Open, /, slug: str) -> None:
    """Print the certificate of a purged organisation, to be kept as a file."""
    from stackroom.lifecycle import purging

    with _acting_on(open_organisation, slug):
        text = purging.certificate()
    click.echo(text, nl=False)


ACTS = (suspend, resume, close, reopen, purge, certificate_of)
"""Commands of the group `organisation`."""


@click.group()
def certificate() -> None:
    """Certificates of purged organisations."""


@certificate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", default="", help="the signer's; left out, this Stackroom's own")
def verify(file: Path, public_key: str) -> None:
    """Check that FILE is as it was signed. Needs neither database nor network."""
    from stackroom.lifecycle import certificates
    from stackroom.lifecycle.errors import BadCertificate

    try:
        found = certificates.verify(file.read_bytes(), public_key or _own_key())
    except BadCertificate as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"Sound. The organisation {found.organisation} was purged on {found.purged_at} by "
        f"{found.by}; {found.erased:,} rows, files and mails were erased, and nothing was left. "
        f"Signed with the key {found.key_id}."
    )


@certificate.command("key")
def show_key() -> None:
    """Print the public key with which this Stackroom's certificates are checked elsewhere."""
    click.echo(_own_key())


def _own_key() -> str:
    from config import load
    from stackroom.core.signing import Signer

    return Signer(load()).public_key


@contextmanager
def _acting_on(open_organisation: Open, slug: str) -> Iterator[None]:
    """One transaction for one act; a refusal is one sentence."""
    from stackroom.core.database import transaction
    from stackroom.core.errors import Problem

    try:
        with open_organisation(slug), transaction():
            yield
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
