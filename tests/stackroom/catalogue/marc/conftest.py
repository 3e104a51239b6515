"""Records as bytes, the way other systems write them, right and wrong."""

from collections.abc import Callable
from io import BytesIO

import pytest

from stackroom.catalogue.marc import Format, Outcome, Parsed, Rejected, open_source

RawFields = list[tuple[str, bytes]]
MakeRaw = Callable[..., bytes]
ReadAll = Callable[..., list[Outcome]]
ReadOne = Callable[..., Parsed]
RejectOne = Callable[..., Rejected]


@pytest.fixture
def make_raw() -> MakeRaw:
    """Fields are (tag, bytes without the field terminator); leader/09 is `coding`."""

    def make(fields: RawFields, coding: str = "a", kind: str = "am") -> bytes:
        directory = data = b""
        for tag, content in fields:
            directory += b"%s%04d%05d" % (tag.encode(), len(content) + 1, len(data))
            data += content + b"\x1e"
        base = 24 + len(directory) + 1
        leader = f"{base + len(data) + 1:05d}n{kind} {coding}22{base:05d} i 4500"
        return leader.encode() + directory + b"\x1e" + data + b"\x1d"

    return make


@pytest.fixture
def read_all() -> ReadAll:
    def read(data: bytes, declared: Format = Format.AUTO) -> list[Outcome]:
        return list(open_source(BytesIO(data), declared))

    return read


@pytest.fixture
def read_one(read_all: ReadAll) -> ReadOne:
    def read(data: bytes, declared: Format = Format.AUTO) -> Parsed:
        (outcome,) = read_all(data, declared)
        assert isinstance(outcome, Parsed), outcome
        return outcome

    return read


@pytest.fixture
def reject_one(read_all: ReadAll) -> RejectOne:
    def read(data: bytes, declared: Format = Format.AUTO) -> Rejected:
        (outcome,) = read_all(data, declared)
        assert isinstance(outcome, Rejected), outcome
        return outcome

    return read
