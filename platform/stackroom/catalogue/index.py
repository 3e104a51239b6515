"""The search index of bibs: written in the transaction of the bib, so it is never behind.

Both engines hold the organisation as a word of the index (migration 0002 says why).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from stackroom.catalogue.models import BibIsbn
from stackroom.core.database import db
from stackroom.search import query
from stackroom.search.query import Term
from stackroom.search.text import words
from tenants import context, purging
from tenants.wall import KERNEL

LONGEST_TEXT = 50_000
"""Characters of one field; a `tsvector` holds a megabyte."""

WEIGHTS = {"title": "A", "author": "B", "subject": "C", "": ""}
COLUMNS = {
    "title": "title",
    "author": "author",
    "subject": "subject",
    "": "title author subject rest",
}
TIERS = (("A", "title"), ("AB", "title author"), ("ABC", "title author subject"))
"""Where all words that were asked for anywhere stand, best first; last comes the rest."""

_TABLE = sa.table(
    "bib_search",
    sa.column("key", sa.Integer),
    sa.column("tenant_id", sa.Integer),
    sa.column("bib_id", sa.Uuid),
    *(sa.column(name, sa.Text) for name in ("title", "author", "subject", "rest")),
)
_FTS = sa.table("bib_search_fts", sa.column("rowid", sa.Integer))


class Indexed(Protocol):
    """What the index needs of a bib; `Bib` has it, and so does a row of an import."""

    id: UUID
    title: str
    title_alternate: str
    author: str
    contributors: list[str]
    isbns: list[str]
    issns: list[str]
    subjects: list[str]
    publisher: str
    edition: str
    series: str
    control_number: str | None
    marc: dict[str, Any]


def index(bibs: Iterable[Indexed]) -> None:
    """Write the words and ISBNs of bibs that stand in the database; four statements however
    many there are. A deleted bib takes its own with it."""
    by_id = {bib.id: bib for bib in bibs}
    if not by_id:
        return
    _write_isbns(by_id.values())
    texts = {bib_id: _texts(bib) for bib_id, bib in by_id.items()}
    if db.session.get_bind().dialect.name == "postgresql":
        _write_vectors(texts)
    else:
        _write_columns(texts)


def _write_isbns(bibs: Iterable[Indexed]) -> None:
    rows = [{"bib_id": bib.id, "isbn": isbn} for bib in bibs for isbn in bib.isbns]
    db.session.execute(sa.delete(BibIsbn).where(BibIsbn.bib_id.in_([bib.id for bib in bibs])))
    if rows:
        db.session.execute(sa.insert(BibIsbn), rows)


def _texts(bib: Indexed) -> dict[str, list[str]]:
    told = {
        "title": (bib.title, bib.title_alternate),
        "author": dict.fromkeys((bib.author, *bib.contributors)),
        "subject": bib.subjects,
        "rest": (
            bib.publisher, bib.edition, bib.series, bib.control_number or "",
            *bib.isbns, *bib.issns, *_notes(bib.marc),
        ),
    }  # fmt: skip
    return {name: words(" ".join(texts)[:LONGEST_TEXT]) for name, texts in told.items()}


def _notes(marc: dict[str, Any]) -> Iterator[str]:
    """Uniform and other titles, notes, contents and works within: what readers remember a book
    by, though no column shows it."""
    for field in marc["fields"]:
        for tag, content in field.items():
            if tag[0] == "5" or tag in _TITLE_TAGS:
                for subfield in content["subfields"]:
                    yield from subfield.values()


_TITLE_TAGS = frozenset("130 210 222 240 242 246 247 700 710 711 730 740 800 810 811 830".split())


def _write_vectors(texts: dict[UUID, dict[str, list[str]]]) -> None:
    vectors = [query.tsvector(zip("ABCD", text.values(), strict=True)) for text in texts.values()]
    write = sa.func.bib_search_write(
        sa.cast(list(texts), postgresql.ARRAY(sa.Uuid)),
        sa.cast(vectors, postgresql.ARRAY(sa.Text)),
    )
    db.session.execute(sa.select(write), execution_options=KERNEL)


def _write_columns(texts: dict[UUID, dict[str, list[str]]]) -> None:
    tenant_id = context.current().id
    rows = [
        {"tenant_id": tenant_id, "bib_id": bib_id}
        | {name: " ".join(found) for name, found in text.items()}
        for bib_id, text in texts.items()
    ]
    insert = sqlite.insert(_TABLE)
    replaced = {name: insert.excluded[name] for name in ("title", "author", "subject", "rest")}
    upsert = insert.on_conflict_do_update(["tenant_id", "bib_id"], set_=replaced)
    db.session.execute(upsert, rows, execution_options=KERNEL)


def size() -> int:
    """How many entries the open organisation has in the index itself, whatever its bibs say."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        return purging.left(connection, _TABLE.name)
    own = f"partition : t{context.current().id}"
    counted = connection.exec_driver_sql(
        "SELECT count(*) FROM bib_search_fts WHERE bib_search_fts MATCH ?", (own,)
    )
    return int(counted.scalar_one())


def hits(terms: Sequence[Term], *, ranked: bool) -> sa.CTE:
    """The bibs of the open organisation in which all terms hold: `bib_id` and `tier`.

    Tier 0 has all words in the title, 1 in title and author, 2 in the subjects as well, 3 anywhere.
    Counting words over the whole index, as engines do by themselves, would let the titles of one
    organisation move those of another. Not `ranked`: `tier` says nothing, and costs nothing.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        return _vector_hits(terms, ranked=ranked)
    return _fts5_hits(terms, ranked=ranked)


def _vector_hits(terms: Sequence[Term], *, ranked: bool) -> sa.CTE:
    asked = query.tsquery(terms, WEIGHTS)
    tiers = [query.tsquery(terms, WEIGHTS | {"": weights}) for weights, _ in TIERS]
    found = sa.func.bib_search_hits(
        sa.cast(asked, postgresql.TSQUERY),
        sa.cast(tiers if ranked else [], postgresql.ARRAY(postgresql.TSQUERY)),
    ).table_valued(sa.column("bib_id", sa.Uuid), sa.column("tier", sa.Integer))
    return sa.select(found.c.bib_id, found.c.tier).cte("hits").prefix_with("MATERIALIZED")


def _fts5_hits(terms: Sequence[Term], *, ranked: bool) -> sa.CTE:
    tenant_id = context.current().id

    def match(columns: Mapping[str, str]) -> sa.ColumnElement[bool]:
        fts: sa.ColumnClause[str] = sa.literal_column("bib_search_fts")
        return fts.op("MATCH")(query.fts5(terms, f"t{tenant_id}", columns))

    tiers = [
        (_TABLE.c.key.in_(sa.select(_FTS.c.rowid).where(match(COLUMNS | {"": columns}))), tier)
        for tier, (_, columns) in enumerate(TIERS)
    ]
    tier = sa.case(*tiers, else_=len(TIERS)) if ranked else sa.literal(0)
    return (
        sa.select(_TABLE.c.bib_id, tier.label("tier"))
        .select_from(_FTS)
        .join(_TABLE, _TABLE.c.key == _FTS.c.rowid)
        # the sum keeps SQLite from walking the organisation's rows and asking the index about each
        .where(match(COLUMNS), _TABLE.c.tenant_id + 0 == tenant_id)
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
