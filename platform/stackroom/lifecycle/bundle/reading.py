"""Opens a bundle and believes nothing of it: names, sizes, hashes, signature, and each row's shape
are checked before a database hears of it. Nothing is unpacked to a path that the bundle chose."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import error as StructError  # noqa: N812 - an exception, whatever struct calls it
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as DeflateError  # noqa: N812 - an exception, whatever zlib calls it

from pydantic import ValidationError

from stackroom.core.canonical import Row, Shape, dump
from stackroom.core.merkle import Tree
from stackroom.lifecycle.bundle import manifest, rows
from stackroom.lifecycle.bundle.errors import BundleRefused, UnknownSigner
from stackroom.lifecycle.bundle.manifest import Manifest, Member
from stackroom.lifecycle.bundle.travelling import tables

BLOCK_BYTES = 1024 * 1024
LONGEST_MANIFEST = 64 * 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024
SWELLS = 200
"""How many times larger than the archive its contents may be; rows of real libraries swell tenfold.
A small archive is let off."""
SMALL = 64 * 1024 * 1024
NAMES = re.compile(
    r"manifest\.json|rows/[a-z_]+\.jsonl|audit/entries\.jsonl|csv/[a-z]+\.csv"
    r"|catalogue/(?:bibs\.mrc|oversize\.xml)|files/t/[0-9a-f-]{36}/[a-z]+/[0-9a-f-]{36}"
)
BROKEN = (
    BadZipFile, DeflateError, EOFError, NotImplementedError, OSError, OverflowError, StructError,
    UnicodeError,
)  # fmt: skip
"""What zipfile raises for bytes that are not what they should be, offsets among them."""


@contextmanager
def opened(path: Path) -> Iterator["Bundle"]:
    """Raises BundleRefused, here and while the bundle is read."""
    with _unpacking(path.name):
        archive = ZipFile(path)
    with archive:
        yield Bundle(archive, path.stat().st_size)


@contextmanager
def _unpacking(name: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise BundleRefused(f"{name}: this is no whole ZIP file: {error}.") from None


class Bundle:
    def __init__(self, archive: ZipFile, size: int) -> None:
        self._archive = archive
        self._refuse_strange_entries(size)
        self.manifest = self._manifest()
        self._refuse_other_members()

    def check_signature(self, public_key: str, *, any_signer: bool = False) -> None:
        """Raises UnknownSigner where another key has signed and `any_signer` is not said; the
        signature must hold in any case."""
        key = self.manifest.key
        if not self.manifest.is_signed_by(key.public):
            raise BundleRefused("manifest.json: the signature does not fit what it signs.")
        if key.public != public_key and not any_signer:
            raise UnknownSigner(
                f"manifest.json: signed by the key {key.id}, which is not known here. Ask the "
                "Stackroom that made the bundle for its public key."
            )

    def check_migration(self, here: str) -> None:
        there = self.manifest.migration
        if there != here:
            raise BundleRefused(
                f"The bundle was made at migration {there}, and this database is at {here}: bring "
                "both Stackrooms to the same release, then export again."
            )

    def check_contents(self) -> None:
        """Every hash, every row, and the proof of the audit."""
        for member in self.manifest.members:
            self._check_hash(member)
        for table in tables():
            self._check_rows(Shape(table))
        self._check_audit()

    def rows(self, shape: Shape) -> Iterator[Row]:
        name = f"rows/{shape.table.name}.jsonl"
        for number, line in self._lines(name):
            try:
                yield shape.read(line)
            except ValueError as error:
                raise _refused(name, number, str(error)) from None

    def arrivals(self) -> Iterator[tuple[Row, Row]]:
        transactions, entries = Shape(rows.TRANSACTIONS), Shape(rows.ENTRIES)
        for number, arrival in enumerate(self.manifest.arrivals, 1):
            try:
                yield (
                    transactions.read(dump(arrival.transaction)),
                    entries.read(dump(arrival.entry)),
                )
            except ValueError as error:
                raise BundleRefused(f"manifest.json, arrival {number}: {error}.") from None

    @contextmanager
    def file(self, member: Member) -> Iterator[IO[bytes]]:
        with self._archive.open(member.name) as stream:
            yield stream

    @property
    def files(self) -> list[Member]:
        return [member for member in self.manifest.members if member.name.startswith("files/")]

    def _refuse_strange_entries(self, size: int) -> None:
        seen: set[str] = set()
        for entry in self._archive.infolist():
            if not NAMES.fullmatch(entry.filename):
                raise BundleRefused(f"“{entry.filename[:200]}” is no member of a bundle.")
            if entry.filename in seen:
                raise BundleRefused(f"{entry.filename}: it is there twice.")
            if entry.flag_bits & 1 or entry.compress_type not in (ZIP_DEFLATED, ZIP_STORED):
                raise BundleRefused(f"{entry.filename}: it is encrypted, or packed in another way.")
            seen.add(entry.filename)
        unpacked = sum(entry.file_size for entry in self._archive.infolist())
        if unpacked > max(SMALL, size * SWELLS):
            raise BundleRefused(f"Unpacked it would be {unpacked:,} bytes: that is no real bundle.")

    def _manifest(self) -> Manifest:
        if manifest.NAME not in self._archive.namelist():
            raise BundleRefused("There is no manifest.json in it.")
        with _unpacking(manifest.NAME), self._archive.open(manifest.NAME) as stream:
            told = stream.read(LONGEST_MANIFEST)
        try:
            return Manifest.model_validate_json(told, strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            raise BundleRefused(f"manifest.json, {place}: {first['msg']}.") from None

    def _refuse_other_members(self) -> None:
        """What stands in the archive is what the manifest lists, and nothing is left out."""
        told = [member.name for member in self.manifest.members]
        there = set(self._archive.namelist()) - {manifest.NAME}
        if len(told) != len(set(told)):
            raise BundleRefused("manifest.json lists a member twice.")
        if odd := there ^ set(told):
            raise BundleRefused(f"{min(odd)}: it is not both in the archive and in the manifest.")
        known = {f"rows/{table.name}.jsonl" for table in tables()}
        given = {name for name in told if name.startswith("rows/")}
        if odd := given ^ known:
            what = "there is no such table here" if min(odd) in given else "it is missing"
            raise BundleRefused(f"{min(odd)}: {what}.")
        mine = f"files/t/{self.manifest.organisation.uuid}/"
        for member in self.files:
            if not member.name.startswith(mine):
                raise BundleRefused(f"{member.name}: it belongs to another organisation.")

    def _check_hash(self, member: Member) -> None:
        digest, size = sha256(), 0
        with _unpacking(member.name), self._archive.open(member.name) as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
                size += len(block)
        if (size, digest.hexdigest()) != (member.bytes, member.sha256):
            raise BundleRefused(f"{member.name}: its bytes are not those that the manifest signs.")

    def _lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        with _unpacking(name), self._archive.open(name) as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if not line.endswith(b"\n"):
                    raise _refused(name, number, "it has no end, or is too long")
                yield number, line[:-1]

    def _check_rows(self, shape: Shape) -> None:
        """Their shape, their order, and that they name files of their own."""
        name, seen, last = f"rows/{shape.table.name}.jsonl", 0, ()
        mine = f"t/{self.manifest.organisation.uuid}/"
        files = [column.name for column in rows.file_columns(shape.table)]
        for row in self.rows(shape):
            seen += 1
            key = tuple(row[column.name] for column in shape.key)
            if seen > 1 and key <= last:
                raise _refused(name, seen, "its key is not behind that of the line before")
            last = key
            if any(row[column] and not row[column].startswith(mine) for column in files):
                raise _refused(name, seen, "it names a file of another organisation")
        if seen != self.manifest.member(name).lines:
            raise BundleRefused(f"{name}: it has {seen} lines; the manifest says otherwise.")

    def _check_audit(self) -> None:
        tree = Tree()
        for _, line in self._lines("audit/entries.jsonl"):
            tree.add(line)
        proof = self.manifest.audit
        if (tree.root, tree.leaves) != (proof.root, proof.leaves):
            raise BundleRefused("audit/entries.jsonl: it does not have the root that was signed.")


def _refused(name: str, line: int, why: str) -> BundleRefused:
    return BundleRefused(f"{name}, line {line}: {why}.")
