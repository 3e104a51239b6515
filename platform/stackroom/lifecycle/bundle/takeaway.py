"""The two ways at once, for a terminal: into a file without a worker, and out of it."""

from pathlib import Path

from stackroom.audit.events import record
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.core.signing import Signer
from stackroom.core.snapshot import migration, snapshot
from stackroom.files.store import Files
from stackroom.lifecycle.bundle import events, writing
from stackroom.lifecycle.bundle.manifest import Manifest
from stackroom.lifecycle.bundle.reading import Bundle
from stackroom.lifecycle.bundle.restoring import restore
from stackroom.lifecycle.bundle.runner import WHY
from stackroom.lifecycle.bundle.writing import Watch
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only


def unwatched(_done: int, _total: int) -> None:
    """For whoever does not look."""


def take(path: Path, files: Files, signer: Signer, watch: Watch = unwatched) -> Manifest:
    """Write the open organisation's bundle to `path`, whole or not at all. That it was taken is an
    event behind the snapshot, so it is not in the bundle itself."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("xb") as out, snapshot() as session:
            made = writing.write(session, out, files=files, signer=signer, watch=watch)
        with context.writing_though_read_only(WHY), transaction():
            record(events.TAKEN, label=context.current().name, root=made.audit.root)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return made


def bring(bundle: Bundle, *, slug: str, base_domain: str, files: Files) -> Tenant:
    """Check all of a bundle whose signature was checked, then make its organisation.
    Raises BundleRefused; then nothing of it is here."""
    with reads_only(), transaction(), context.unscoped("ask which migration this is"):
        bundle.check_migration(migration(db.session()))
    bundle.check_contents()
    nobody = context.acting_for(None)  # closes what `restore` opens, once it is committed
    with nobody, acting_as(Provenance(SYSTEM, Channel.CLI)), transaction():
        return restore(bundle, slug=slug, base_domain=base_domain, files=files)
