"""Moving houses in tests: out of one Stackroom as a bundle, into another."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from config import load
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.http import Stackroom
from stackroom.core.signing import Signer
from stackroom.files.adapters import files
from stackroom.files.store import Files
from stackroom.jobs.tasks import served
from stackroom.lifecycle.bundle import takeaway
from stackroom.lifecycle.bundle.manifest import Manifest
from stackroom.lifecycle.bundle.reading import opened
from stackroom.testing import databases
from stackroom.testing.house import House
from stackroom.testing.second import second_app
from tenants import context


@dataclass(frozen=True, slots=True)
class Home:
    """A Stackroom: its database, its files, its key."""

    app: Stackroom

    @property
    def signer(self) -> Signer:
        return Signer(self.app.settings)

    @property
    def files(self) -> Files:
        return files(self.app.settings)

    def take(self, house: House, path: Path) -> Manifest:
        with (
            self.app.app_context(),
            context.acting_for(house.tenant),
            acting_as(Provenance(SYSTEM, Channel.CLI)),
        ):
            return takeaway.take(path, self.files, self.signer)

    def bring(self, path: Path, slug: str = "", public_key: str = "") -> House:
        """Raises BundleRefused. Without a key, whoever signed is trusted."""
        return copy_context().run(self._bring, path, slug, public_key)

    def _bring(self, path: Path, slug: str, public_key: str) -> House:
        with self.app.app_context(), opened(path) as bundle:
            bundle.check_signature(public_key, any_signer=not public_key)
            tenant = takeaway.bring(
                bundle,
                slug=slug or bundle.manifest.organisation.slug,
                base_domain=self.app.settings.base_domain,
                files=self.files,
            )
        return House(self.app, tenant)


@contextmanager
def second_home(folder: Path) -> Iterator[Home]:
    """A Stackroom of its own, on SQLite, with its own files and its own key."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = load(
        STACKROOM_ENV="testing",
        database_url=databases.sqlite(folder).app_url,
        data_dir=folder,
        signing_key=b64encode(token_bytes(32)).decode(),
    )
    before = dict(served)
    with second_app(settings) as made:
        served.update(before)  # it may live as long as the run, whose own app Celery serves
        yield Home(made)


def contents(path: Path) -> dict[str, bytes]:
    """Members by name, in their order."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(path: Path, members: dict[str, bytes]) -> Path:
    """A ZIP of these members, as anyone can make one."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return path


def without_times(manifest: bytes) -> dict[str, Any]:
    """What two bundles of the same rows must have in common."""
    told = Manifest.model_validate_json(manifest).model_dump()
    for name in ("made_at", "arrivals", "key", "signature"):
        told.pop(name)
    return told
