"""A bundle is a file that a stranger may have made. Nothing of a bad one is kept."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import orjson
import pytest
import sqlalchemy as sa

from stackroom.core.database import db, transaction
from stackroom.core.merkle import Tree
from stackroom.lifecycle.bundle.errors import BundleRefused, UnknownSigner
from stackroom.lifecycle.bundle.manifest import Manifest, Member
from stackroom.lifecycle.bundle.reading import opened
from stackroom.testing.bundles import Home, contents, forge
from stackroom.testing.furnish import furnish
from stackroom.testing.house import House, open_house
from tenants import context
from tenants.models import Organisation

Members = dict[str, bytes]
ACCOUNTS, BIBS, JOBS = "rows/accounts.jsonl", "rows/bibs.jsonl", "rows/import_jobs.jsonl"
FOREIGN_KEY = f"t/{UUID(int=1)}/imports/{UUID(int=2)}"


@dataclass(frozen=True)
class Taken:
    """A good bundle, and those who know its key."""

    old: Home
    new: Home
    house: House
    path: Path

    def signed_anew(self, members: Members) -> Members:
        """As somebody would do it who holds a key and wants to be believed: every hash is right."""
        told = Manifest.model_validate_json(members["manifest.json"])
        made = [_member(name, content) for name, content in members.items()]
        tree = Tree()
        for line in members["audit/entries.jsonl"].splitlines():
            tree.add(line)
        proof = told.audit.model_copy(update={"root": tree.root, "leaves": tree.leaves})
        changed = told.model_copy(update={"members": made[:-1], "audit": proof})
        return {**members, "manifest.json": changed.signed(self.old.signer).document()}

    def refused(self, path: Path) -> str:
        with pytest.raises(BundleRefused) as refusal:
            self.new.bring(path)
        assert not is_here(self.new, self.house), "something of it was kept"
        return refusal.value.detail


def _member(name: str, content: bytes) -> Member:
    lines = content.count(b"\n") if name.startswith(("rows/", "audit/", "csv/")) else None
    return Member(name=name, bytes=len(content), lines=lines, sha256=sha256(content).hexdigest())


def is_here(home: Home, house: House) -> bool:
    with home.app.app_context(), transaction(), context.unscoped("look for it"):
        wanted = sa.select(Organisation).where(Organisation.uuid == house.tenant.uuid)
        return db.session.scalar(wanted) is not None or any(
            home.app.settings.data_dir.glob(f"files/t/{house.tenant.uuid}/*/*")
        )


@pytest.fixture(scope="module")
def taken(here: Home, elsewhere: Home, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Out of the other Stackroom into this one, so that the run's own database must refuse."""
    house = open_house(elsewhere.app, "forged")
    furnish(house)
    path = tmp_path_factory.mktemp("taken") / "good.zip"
    elsewhere.take(house, path)
    return Taken(elsewhere, here, house, path)


@pytest.fixture
def members(taken: Taken) -> Members:
    return contents(taken.path)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return tmp_path / "bad.zip"


def test_one_byte_that_is_altered_is_named_by_its_member(
    taken: Taken, members: Members, bad: Path
) -> None:
    for name, content in members.items():
        if content and name != "manifest.json":
            altered = bytes([content[0] ^ 1]) + content[1:]
            assert taken.refused(forge(bad, {**members, name: altered})).startswith(f"{name}: ")


def test_whatever_byte_of_the_file_is_altered_nothing_else_is_read(taken: Taken, bad: Path) -> None:
    """A byte of ZIP's own that nobody reads, such as a date, may change; then what is read is still
    what was signed. Anything else is refused, and nothing raises what is no refusal."""
    whole, chance, refusals = taken.path.read_bytes(), random.Random(4), 0
    for place in chance.sample(range(len(whole)), 300):
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            with opened(bad) as bundle:
                bundle.check_signature(taken.old.signer.public_key)
                bundle.check_contents()
        except BundleRefused:
            refusals += 1
        else:
            assert contents(bad) == contents(taken.path)
    assert refusals > 200


def test_a_file_that_was_cut_off_is_refused(taken: Taken, bad: Path) -> None:
    whole = taken.path.read_bytes()
    for kept in (0, 10, len(whole) // 2, len(whole) - 1):
        bad.write_bytes(whole[:kept])
        assert "no whole ZIP" in taken.refused(bad)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "rows/../x.jsonl", "files/t/x/y", "C:/x", "new.txt"],
)
def test_a_name_that_is_no_member_is_refused(
    taken: Taken, members: Members, bad: Path, name: str
) -> None:
    assert "no member of a bundle" in taken.refused(forge(bad, {**members, name: b"x"}))


def test_a_member_that_is_there_twice_is_refused(taken: Taken, members: Members, bad: Path) -> None:
    with ZipFile(forge(bad, members), "a") as archive, pytest.warns(UserWarning, match="Dupl"):
        archive.writestr(BIBS, members[BIBS])
    assert "twice" in taken.refused(bad)


def test_a_member_that_is_missing_or_not_listed_is_refused(
    taken: Taken, members: Members, bad: Path
) -> None:
    less = {name: content for name, content in members.items() if name != "csv/loans.csv"}
    assert "csv/loans.csv" in taken.refused(forge(bad, less))
    more = {**members, f"files/t/{taken.house.tenant.uuid}/imports/{uuid4()}": b"more"}
    assert "manifest" in taken.refused(forge(bad, more))


def test_a_bomb_is_refused_before_it_is_unpacked(taken: Taken, members: Members, bad: Path) -> None:
    bomb = f"files/t/{taken.house.tenant.uuid}/imports/{uuid4()}"
    said = taken.refused(forge(bad, {**members, bomb: bytes(100 * 2**20)}))
    assert "no real bundle" in said


def test_an_unknown_key_is_refused_unless_it_is_accepted(taken: Taken, here: Home) -> None:
    with pytest.raises(UnknownSigner, match=taken.old.signer.key_id):
        here.bring(taken.path, public_key=here.signer.public_key)


def test_a_manifest_that_was_changed_does_not_fit_its_signature(
    taken: Taken, members: Members, bad: Path
) -> None:
    told = orjson.loads(members["manifest.json"])
    told["organisation"]["plan"] = "free"
    said = taken.refused(forge(bad, {**members, "manifest.json": orjson.dumps(told)}))
    assert "signature" in said


def test_another_migration_is_told(taken: Taken, members: Members, bad: Path) -> None:
    told = Manifest.model_validate_json(members["manifest.json"])
    other = told.model_copy(update={"migration": "0001"}).signed(taken.old.signer)
    said = taken.refused(forge(bad, {**members, "manifest.json": other.document()}))
    assert "at migration 0001" in said


def first(content: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """Content whose first line was changed, in canonical form."""
    line, _, rest = content.partition(b"\n")
    row = orjson.loads(line)
    change(row)
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n" + rest


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        (ACCOUNTS, {"tenant_id": 1}, "line 1: there is no column “tenant_id”"),
        (ACCOUNTS, {"admin": True}, "line 1: there is no column “admin”"),
        (ACCOUNTS, {"revision": "1"}, "line 1: “revision”"),
        (ACCOUNTS, {"revision": 2**31}, "line 1: “revision”"),
        (ACCOUNTS, {"active": 1}, "line 1: “active”"),
        (ACCOUNTS, {"id": 7}, "line 1: “id”"),
        (ACCOUNTS, {"name": None}, "line 1: “name” is missing"),
        (ACCOUNTS, {"name": "N" * 201}, "line 1: “name”: it has 201 characters"),
        (ACCOUNTS, {"name": "N\0"}, "line 1: “name”: it holds a NUL"),
        (ACCOUNTS, {"created_at": "yesterday"}, "line 1: “created_at”"),
        (ACCOUNTS, {"created_at": "2026-02-30T00:00:00.000000Z"}, "line 1: “created_at”"),
        (BIBS, {"marc": {"leader": "\0"}}, "line 1: “marc”: it holds a NUL"),
        (BIBS, {"marc": {"leader": 1.0}}, "line 1: it is not in canonical form"),
        (JOBS, {"status": "paused"}, "line 1: “status”"),
        (JOBS, {"bytes_total": 7}, "line 1: it is not in canonical form"),
        (JOBS, {"file_key": FOREIGN_KEY}, "file of another organisation"),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_of_another_shape_is_named_by_its_line(
    taken: Taken, bad: Path, name: str, changed: dict[str, object], said: str
) -> None:
    """Signed by a key that is trusted, so the row itself must be refused."""
    members = contents(taken.path)
    forged = {**members, name: first(members[name], lambda row: row.update(changed))}
    told = taken.refused(forge(bad, taken.signed_anew(forged)))
    assert told.startswith(f"{name}, line 1: ")
    assert said in told


def test_rows_out_of_order_are_refused(taken: Taken, members: Members, bad: Path) -> None:
    lines = members[ACCOUNTS].splitlines(keepends=True)
    forged = {**members, ACCOUNTS: b"".join(reversed(lines))}
    assert "accounts.jsonl, line 2" in taken.refused(forge(bad, taken.signed_anew(forged)))


def test_a_table_that_is_not_known_is_refused(taken: Taken, members: Members, bad: Path) -> None:
    manifest = members.pop("manifest.json")
    forged = {**members, "rows/secrets.jsonl": b"", "manifest.json": manifest}
    said = taken.refused(forge(bad, taken.signed_anew(forged)))
    assert "rows/secrets.jsonl: there is no such table" in said


def test_rows_that_contradict_each_other_are_refused(
    taken: Taken, members: Members, bad: Path
) -> None:
    """A loan of nothing: its item is not among the items. Files were put there by then."""
    forged = {**members, "rows/items.jsonl": b""}
    assert "contradict" in taken.refused(forge(bad, taken.signed_anew(forged)))


def test_an_audit_that_does_not_tell_of_its_rows_is_refused(
    taken: Taken, members: Members, bad: Path
) -> None:
    """The readable trail is signed, and read back from the rows."""
    trail = "audit/entries.jsonl"
    forged = {**members, trail: members[trail].partition(b"\n")[2]}
    assert "audit/entries.jsonl" in taken.refused(forge(bad, taken.signed_anew(forged)))


def test_files_of_another_organisation_are_refused(
    taken: Taken, members: Members, bad: Path
) -> None:
    manifest = members.pop("manifest.json")
    theirs = f"files/t/{uuid4()}/imports/{uuid4()}"
    forged = {**members, theirs: b"x", "manifest.json": manifest}
    assert "another organisation" in taken.refused(forge(bad, taken.signed_anew(forged)))


def test_who_is_here_already_is_not_imported_again(
    here: Home, elsewhere: Home, tmp_path: Path
) -> None:
    house = open_house(elsewhere.app, "twice")
    elsewhere.take(house, tmp_path / "twice.zip")
    here.bring(tmp_path / "twice.zip")
    with pytest.raises(BundleRefused, match="is here already"):
        here.bring(tmp_path / "twice.zip", slug="another-name")


def test_an_address_that_is_taken_needs_another(
    here: Home, elsewhere: Home, tmp_path: Path
) -> None:
    house = open_house(elsewhere.app, "wanted")
    elsewhere.take(house, tmp_path / "wanted.zip")
    taken_by = open_house(here.app, "wanted")
    with pytest.raises(BundleRefused, match="choose another with --slug"):
        here.bring(tmp_path / "wanted.zip", slug=taken_by.tenant.slug)
    with pytest.raises(BundleRefused, match="reserved"):
        here.bring(tmp_path / "wanted.zip", slug="admin")
    moved = here.bring(tmp_path / "wanted.zip", slug=f"{house.tenant.slug}-2")
    assert moved.tenant.host == f"{house.tenant.slug}-2.stackroom.test"
    assert replace(moved.tenant, id=0, slug="", host="") == replace(
        house.tenant, id=0, slug="", host="", status=moved.tenant.status
    )
