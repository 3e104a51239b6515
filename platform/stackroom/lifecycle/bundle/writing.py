"""Writes a bundle: a ZIP whose bytes depend on the organisation's rows and files alone.

Members stand in a fixed order, bear the date on which ZIP's calendar begins, and are packed in one
way, so two bundles of the same rows differ in their manifest only. Everything is streamed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from stackroom.core import clock
from stackroom.core.canonical import Shape, instant, load
from stackroom.core.merkle import Tree
from stackroom.core.signing import Signer
from stackroom.core.snapshot import migration
from stackroom.files.store import Files
from stackroom.lifecycle.bundle import catalogue, manifest, rows, spreadsheets, trail
from stackroom.lifecycle.bundle.manifest import Arrival, Manifest, Member, Proof, Whose, key_of
from stackroom.lifecycle.bundle.travelling import tables
from tenants import context
from tenants.models import Organisation

if TYPE_CHECKING:
    from pymarc import Record

BEGINNING = (1980, 1, 1, 0, 0, 0)
LEVEL = 6
BLOCK_BYTES = 1024 * 1024
TOLD_TWICE = ("audit_entries", "bibs", "patrons", "items", "loans")
"""Tables whose rows make a second line, in a form for people or other systems."""

Watch = Callable[[int, int], None]
"""Called with the lines written so far and the lines there are, about every thousand."""


def write(
    session: Session, out: IO[bytes], *, files: Files, signer: Signer, watch: Watch
) -> Manifest:
    """Put the open organisation into `out`, as `session` sees it."""
    counted = rows.counts(session)
    total = counted.total() + sum(counted[name] for name in TOLD_TWICE)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        packer = _Packer(archive, lambda done: watch(done, total))
        for table in tables():
            packer.lines(f"rows/{table.name}.jsonl", row_lines(session, Shape(table)))
        tree = Tree()
        packer.lines("audit/entries.jsonl", _leaves(tree, session))
        too_long: list[Record] = []
        packer.lines("catalogue/bibs.mrc", catalogue.iso2709(session, too_long))
        packer.pieces("catalogue/oversize.xml", catalogue.marcxml(too_long))
        for name in spreadsheets.SHEETS:
            packer.lines(f"csv/{name}.csv", spreadsheets.lines(session, name))
        missing = packer.files(files, rows.file_keys(session))
        made = Manifest(
            made_at=instant(clock.now()),
            stackroom=version("stackroom"),
            migration=migration(session),
            organisation=_whose(session),
            members=packer.members,
            missing_files=missing,
            audit=Proof(root=tree.root, leaves=tree.leaves),
            arrivals=list(_arrivals(session)),
            key=key_of(signer),
        ).signed(signer)
        packer.pieces(manifest.NAME, [made.document()])
    watch(total, total)
    return made


def row_lines(session: Session, shape: Shape) -> Iterator[bytes]:
    return (shape.write(row) + b"\n" for row in rows.read(session, shape))


@dataclass(slots=True)
class _Packer:
    archive: ZipFile
    watch: Callable[[int], None]
    members: list[Member] = field(default_factory=list)
    done: int = 0

    def lines(self, name: str, lines: Iterable[bytes]) -> None:
        count = self._pack(name, self._counted(lines))
        self.members[-1] = self.members[-1].model_copy(update={"lines": count})

    def pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        self._pack(name, pieces)

    def files(self, store: Files, keys: Iterable[str]) -> list[str]:
        """Returns the keys that are not there: an upload may have been deleted behind our back."""
        missing = []
        for key in keys:
            try:
                stream = store.open(key)
            except FileNotFoundError:
                missing.append(key)
                continue
            with stream:
                self.pieces(f"files/{key}", iter(partial(stream.read, BLOCK_BYTES), b""))
        return missing

    def _counted(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            yield line
            self.done += 1
            if self.done % 1000 == 0:
                self.watch(self.done)

    def _pack(self, name: str, pieces: Iterable[bytes]) -> int:
        """How many pieces there were."""
        size, count, digest = 0, 0, sha256()
        with self.archive.open(_entry(name), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
                count += 1
        made = Member(name=name, bytes=size, lines=None, sha256=digest.hexdigest())
        self.members.append(made)
        return count


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, BEGINNING)
    entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o600 << 16
    return entry


def _leaves(tree: Tree, session: Session) -> Iterator[bytes]:
    for line in trail.lines(session):
        tree.add(line)
        yield line + b"\n"


def _whose(session: Session) -> Whose:
    found = session.get_one(Organisation, context.current().id)
    return Whose(
        uuid=found.uuid,
        slug=found.slug,
        name=found.name,
        plan=found.plan,
        region=found.region,
        library_type=found.library_type,
        timezone=found.timezone,
        created_at=instant(found.created_at),
    )


def _arrivals(session: Session) -> Iterator[Arrival]:
    transactions, entries = Shape(rows.TRANSACTIONS), Shape(rows.ENTRIES)
    for transaction, entry in rows.arrivals(session):
        yield Arrival(
            transaction=load(transactions.write(transaction)), entry=load(entries.write(entry))
        )
