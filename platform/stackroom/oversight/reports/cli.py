"""`stackroom reports …`: checking a sign-off, by whoever was handed one."""

from pathlib import Path

import click


@click.group()
def reports() -> None:
    """Control reports of the audit trail."""


@reports.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", default="", help="the signer's; left out, this Stackroom's own")
def verify(file: Path, public_key: str) -> None:
    """Check that the sign-off in FILE is as it was signed. Needs neither database nor network."""
    from config import load
    from stackroom.core.signed_documents import Unsound
    from stackroom.core.signing import Signer
    from stackroom.oversight.reports import documents

    try:
        found = documents.verify(file.read_bytes(), public_key or Signer(load()).public_key)
    except Unsound as error:
        raise click.ClickException(str(error)) from None
    run, signed = found["run"], found["sign_off"]
    click.echo(
        f"Sound. {signed['by']} signed “{run['title']}” of {found['organisation']['name']} off as "
        f"{signed['conclusion'].replace('_', ' ')} on {signed['at']}, with {run['found']:,} "
        f"findings (SHA-256 {run['sha256']}). Signed with the key {found['key_id']}."
    )
