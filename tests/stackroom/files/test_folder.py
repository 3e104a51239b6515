"""Files of organisations in a folder."""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO, RawIOBase
from pathlib import Path
from uuid import uuid4

import pytest

from stackroom.files.folder import Folder
from stackroom.files.store import ForeignFile, new_key
from tenants import context
from tenants.context import Tenant
from tenants.lifecycle import Status


def tenant(number: int) -> Tenant:
    return Tenant(
        id=number, uuid=uuid4(), slug="own", name="Own", host="own.localhost", plan="free",
        status=Status.ACTIVE, region="eu", library_type="public", timezone="UTC",
    )  # fmt: skip


@pytest.fixture
def north() -> Iterator[Tenant]:
    with context.acting_for(tenant(1)) as opened:
        assert opened
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class Interrupted(RawIOBase):
    """A client that goes away after its first block."""

    def __init__(self) -> None:
        self._blocks = [b"first"]

    def read(self, size: int = -1) -> bytes:
        if self._blocks:
            return self._blocks.pop()
        raise ConnectionResetError("the client went away")


def test_what_was_saved_is_read_again(north: Tenant, folder: Folder) -> None:
    content = b"a record" * 500_000
    saved = folder.save(new_key("imports"), BytesIO(content))
    assert (saved.size, saved.sha256) == (len(content), sha256(content).hexdigest())
    with folder.open(saved.key) as stream:
        assert stream.read() == content


def test_a_key_leads_below_the_organisation(north: Tenant, folder: Folder, tmp_path: Path) -> None:
    saved = folder.save(new_key("imports"), BytesIO(b"x"))
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert written.relative_to(tmp_path).parts[:3] == ("t", str(north.uuid), "imports")
    assert saved.key == written.relative_to(tmp_path).as_posix()


def test_another_organisations_file_is_out_of_reach(north: Tenant, folder: Folder) -> None:
    key = folder.save(new_key("imports"), BytesIO(b"x")).key
    with context.acting_for(tenant(2)):
        for reach in (folder.open, folder.delete, lambda key: folder.save(key, BytesIO(b"y"))):
            with pytest.raises(ForeignFile):
                reach(key)
    with folder.open(key) as stream:
        assert stream.read() == b"x"


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "t/{own}/imports/../../x", "t/{own}/imports/x"]
)
def test_a_path_that_was_not_minted_here_is_refused(
    north: Tenant, folder: Folder, path: str
) -> None:
    with pytest.raises(ForeignFile):
        folder.open(path.replace("{own}", str(north.uuid)))


def test_an_interrupted_upload_leaves_nothing(
    north: Tenant, folder: Folder, tmp_path: Path
) -> None:
    with pytest.raises(ConnectionResetError):
        folder.save(new_key("imports"), Interrupted())  # type: ignore[arg-type]  # reads, is enough
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_deleting_twice_is_no_error(north: Tenant, folder: Folder) -> None:
    key = folder.save(new_key("imports"), BytesIO(b"x")).key
    folder.delete(key)
    folder.delete(key)
    with pytest.raises(FileNotFoundError):
        folder.open(key)


class TestTheFilesOfAnOrganisation:
    def test_its_own_are_listed_and_nobody_else_s(self, folder: Folder) -> None:
        saved = {}
        for number in (1, 2):
            with context.acting_for(tenant(number)) as opened:
                keys = [folder.save(new_key("exports"), BytesIO(b"x")).key for _ in range(2)]
                saved[opened] = sorted(keys)
        for opened, keys in saved.items():
            with context.acting_for(opened):
                assert sorted(folder.keys()) == keys

    def test_all_go_at_once_the_halves_too_and_nobody_else_s(
        self, folder: Folder, north: Tenant, tmp_path: Path
    ) -> None:
        key = folder.save(new_key("exports"), BytesIO(b"x")).key
        (tmp_path / key).with_suffix(".part").write_bytes(b"half")
        with context.acting_for(tenant(2)):
            folder.save(new_key("exports"), BytesIO(b"theirs"))
            assert folder.left() == 1
        assert (len(list(folder.keys())), folder.left()) == (1, 2)
        assert folder.delete_all() == 2
        assert (folder.left(), folder.delete_all()) == (0, 0)
        assert sum(1 for path in tmp_path.rglob("*") if path.is_file()) == 1
