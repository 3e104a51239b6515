"""A line of canonical JSON says the same row, whatever it holds."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from stackroom.catalogue.imports.models import ImportStatus
from stackroom.core.canonical import NotCanonical, Row, Shape, dump, instant
from tenants.columns import Json, UtcDateTime

TABLE = sa.Table(
    "things", sa.MetaData(),
    sa.Column("tenant_id", sa.Integer, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("small", sa.SmallInteger, nullable=False),
    sa.Column("large", sa.BigInteger, nullable=False),
    sa.Column("text", sa.String(20)),
    sa.Column("yes", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime()),
    sa.Column("day", sa.Date),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("word", sa.Enum(ImportStatus, native_enum=False, values_callable=list)),
    sa.Column("json", Json),
)  # fmt: skip
SHAPE = Shape(TABLE)
WRITABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = st.text(WRITABLE, max_size=20)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
documents = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
rows = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "small": st.integers(-(2**15), 2**15 - 1),
        "large": st.integers(-(2**63), 2**63 - 1),
        "text": st.none() | texts,
        "yes": st.booleans(),
        "at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "day": st.none() | st.dates(),
        "raw": st.none() | st.binary(max_size=30),
        "word": st.none() | st.sampled_from(ImportStatus),
        "json": st.dictionaries(texts, documents, max_size=4),
    }
)


@given(rows)
def test_what_is_written_is_read(row: Row) -> None:
    line = SHAPE.write(row)
    assert SHAPE.read(line) == row
    assert SHAPE.write(SHAPE.read(line)) == line
    assert b"\n" not in line


def test_a_line_is_what_the_documentation_says() -> None:
    at = datetime(2026, 3, 28, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    row = {
        "id": UUID(int=7), "small": 1, "large": 2**62, "text": None, "yes": True, "at": at,
        "day": None, "raw": b"\xff", "word": ImportStatus.QUEUED, "json": {"b": 100.0, "a": 1.5},
    }  # fmt: skip
    assert SHAPE.write(row).decode() == (
        '{"at":"2026-03-28T10:00:00.000000Z","day":null,'
        '"id":"00000000-0000-0000-0000-000000000007","json":{"a":1.5,"b":100},'
        '"large":"4611686018427387904","raw":"/w==","small":1,"text":null,"word":"queued",'
        '"yes":true}'
    )


def test_a_year_has_four_digits() -> None:
    assert instant(datetime(7, 1, 1, tzinfo=UTC)) == "0007-01-01T00:00:00.000000Z"


def test_the_same_row_in_other_words_is_refused() -> None:
    row = {
        "id": UUID(int=7), "small": 1, "large": 2, "text": "é", "yes": True, "at": None,
        "day": None, "raw": None, "word": None, "json": {"n": 1},
    }  # fmt: skip
    line = SHAPE.write(row)
    for other in (
        line.replace(b":", b": "),
        line.replace("é".encode(), b"\\u00e9"),
        line.replace(b'"n":1', b'"n":1.0'),
        line.replace(b'"2"', b'"02"'),
        line.replace(b"00000007", b"0000000A"),
        line + b" ",
        line.replace(b'"day":null', b'"day":null,"day":null'),
    ):
        assert other != line
        with pytest.raises(NotCanonical):
            SHAPE.read(other)


@pytest.mark.parametrize("line", [b"", b"[]", b"null", b"{", b'{"id":1}', b"\xff", dump({})])
def test_what_is_no_row_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        SHAPE.read(line)


def test_a_type_without_a_canonical_form_is_named() -> None:
    column = sa.Column("money", sa.Numeric)
    with pytest.raises(TypeError, match="money"):
        Shape(sa.Table("t", sa.MetaData(), column))
