"""A key of a file says whose it is; the store asks before it touches a disk."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from config import Settings
from stackroom.files.adapters import files
from stackroom.files.store import Files, ForeignFile, new_key
from stackroom.testing.isolation.neighbours import Neighbours
from tenants import context
from tenants.errors import NoTenant


@pytest.fixture(scope="module")
def store(settings: Settings) -> Files:
    return files(settings)


@pytest.fixture
def theirs(two: Neighbours, store: Files) -> Iterator[str]:
    with context.acting_for(two.harbour.tenant):
        key = store.save(new_key("imports"), BytesIO(b"the tides")).key
    yield key
    with context.acting_for(two.harbour.tenant), store.open(key) as file:
        assert file.read() == b"the tides"


def test_a_key_of_theirs_opens_nothing(two: Neighbours, store: Files, theirs: str) -> None:
    with context.acting_for(two.north.tenant):
        for act in (store.open, store.delete, lambda key: store.save(key, BytesIO(b"ours now"))):
            with pytest.raises(ForeignFile):
                act(theirs)


@pytest.mark.parametrize(
    "crooked",
    [
        "t/{north}/../{harbour}/imports/{file}",
        "t/{north}/imports/../../{harbour}/imports/{file}",
        "t/{north}//t/{harbour}/imports/{file}",
        "../t/{harbour}/imports/{file}",
        "/t/{harbour}/imports/{file}",
        "t/{north}/imports/{file}\x00",
        "t/{harbour}/imports/{file}\n",
        "T/{harbour}/imports/{file}",
        "t/{north}%2F..%2F{harbour}/imports/{file}",
    ],
)
def test_a_crooked_key_leads_nowhere(
    two: Neighbours, store: Files, theirs: str, crooked: str
) -> None:
    key = crooked.format(
        north=two.north.tenant.uuid, harbour=two.harbour.tenant.uuid, file=theirs.rpartition("/")[2]
    )
    with context.acting_for(two.north.tenant), pytest.raises(ForeignFile):
        store.open(key)


def test_a_file_is_nobodys_with_no_organisation_open(store: Files, theirs: str) -> None:
    with pytest.raises(NoTenant):
        store.open(theirs)
