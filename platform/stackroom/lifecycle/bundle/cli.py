"""`stackroom organisation export` and `import`: all of an organisation into a file, and back.

Everything but click is imported late, so that `stackroom --help` answers at once.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stackroom.core.commands import NEW_APP

if TYPE_CHECKING:
    from stackroom.core.http import Stackroom
    from stackroom.lifecycle.bundle.reading import Bundle
    from stackroom.lifecycle.bundle.writing import Watch
    from tenants.context import Tenant

Open = Callable[[str], AbstractContextManager["Tenant"]]


@click.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.pass_obj
def export_organisation(open_organisation: Open, /, slug: str, file: Path) -> None:
    """Write all data of an organisation into FILE, a ZIP with a signed manifest."""
    from stackroom.core.http import app
    from stackroom.core.signing import Signer
    from stackroom.files.adapters import files
    from stackroom.lifecycle.bundle.takeaway import take

    with open_organisation(slug), click.progressbar(length=1, label=slug) as bar:
        settings = app().settings
        made = take(file, files(settings), Signer(settings), watch=_shown_on(bar))
    click.echo(f"{file}: {len(made.members)} members, audit root {made.audit.root}")
    click.echo(f"It is signed by the public key {made.key.public}")
    for key in made.missing_files:
        click.echo(f"This file is gone, and not in the bundle: {key}", err=True)


def _shown_on(bar: "click._termui_impl.ProgressBar[int]") -> "Watch":
    def watch(done: int, total: int) -> None:
        bar.length = max(total, 1)
        bar.update(done - bar.pos)

    return watch


@click.command("import")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", default="", help="another address than it had")
@click.option("--public-key", default="", help="of the Stackroom that made the bundle, in base64")
@click.option(
    "--accept-unknown-key", is_flag=True, help="where you know in another way whence the file came"
)
@click.pass_context
def import_organisation(
    ctx: click.Context, bundle: Path, slug: str, public_key: str, *, accept_unknown_key: bool
) -> None:
    """Make an organisation of BUNDLE, which another Stackroom has exported."""
    from stackroom.core.errors import Problem
    from stackroom.lifecycle.bundle.reading import opened

    app: Stackroom = ctx.meta[NEW_APP]()
    try:
        with app.app_context(), opened(bundle) as found:
            tenant = _bring(app, found, slug, public_key, any_signer=accept_unknown_key)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    click.echo(f"{tenant.name} is here: {app.settings.origin(tenant.host)}")


def _bring(
    app: "Stackroom", bundle: "Bundle", slug: str, public_key: str, *, any_signer: bool
) -> "Tenant":
    from stackroom.core.signing import Signer
    from stackroom.files.adapters import files
    from stackroom.lifecycle.bundle.takeaway import bring

    settings = app.settings
    known = public_key or Signer(settings).public_key
    bundle.check_signature(known, any_signer=any_signer)
    key = bundle.manifest.key
    if key.public != known:
        click.echo(f"Signed by a key that is not known here: {key.public}", err=True)
    return bring(
        bundle,
        slug=slug or bundle.manifest.organisation.slug,
        base_domain=settings.base_domain,
        files=files(settings),
    )
