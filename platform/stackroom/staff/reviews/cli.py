"""`stackroom reviews …`: checking a report, by whoever was handed one."""

from pathlib import Path

import click


@click.group()
def reviews() -> None:
    """Reports of access reviews."""


@reviews.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", default="", help="the signer's; left out, this Stackroom's own")
def verify(file: Path, public_key: str) -> None:
    """Check that FILE is as it was signed. Needs neither database nor network."""
    from config import load
    from stackroom.core.signed_documents import Unsound
    from stackroom.core.signing import Signer
    from stackroom.staff.reviews import documents

    try:
        found = documents.verify(file.read_bytes(), public_key or Signer(load()).public_key)
    except Unsound as error:
        raise click.ClickException(str(error)) from None
    review = found["review"]
    click.echo(
        f"Sound. It is the review “{review['name']}” of {found['organisation']['name']}, "
        f"{review['state']}, as of {found['as_of']}, with {len(found['lines']):,} lines. "
        f"Signed with the key {found['key_id']}."
    )
