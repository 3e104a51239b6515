"""Reading the catalogue: searching with filters and facets, in a constant number of statements."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import defer

from stackroom.catalogue import index, isbn
from stackroom.catalogue.marc.languages import language_code
from stackroom.catalogue.models import Bib, BibIsbn, Item, ItemStatus
from stackroom.catalogue.schemas import Sort
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page
from stackroom.search import query as search
from stackroom.search.query import Term
from stackroom.search.text import fold

SAMPLE = 5_000
"""Facets are counted over so many hits at most."""
TOTAL_CAP = 100_000
FACET_LENGTH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is looked for; an empty member asks for nothing. `heading` is one subject exactly,
    as facets name it."""

    q: str = ""
    author: str = ""
    title: str = ""
    subject: str = ""
    heading: str = ""
    isbn: str = ""
    year_from: int | None = None
    year_to: int | None = None
    language: str = ""
    material: str = ""
    available: bool | None = None
    shows_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    bib: Bib
    items_total: int
    items_available: int


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How the hits divide. `is_sampled`: counted over the first SAMPLE hits only."""

    subject: list[FacetValue]
    language: list[FacetValue]
    material: list[FacetValue]
    decade: list[FacetValue]
    available: list[FacetValue]
    is_sampled: bool


@dataclass(frozen=True, slots=True)
class Result:
    page: Page[Found]
    total_is_capped: bool
    facets: Facets | None


def bib(bib_id: UUID, *, shows_suppressed: bool) -> Found:
    """Raises NotFound, also for a suppressed title that the reader may not see."""
    row = db.session.execute(_one(shows_suppressed), {"bib_id": bib_id}).one_or_none()
    if row is None or (row.Bib.suppressed and not shows_suppressed):
        raise NotFound
    return Found(*row)


@lru_cache(maxsize=2)
def _one(shows_suppressed: bool) -> sa.Select[Bib, int, int]:
    """Made once: of all reads it is the most frequent."""
    return sa.select(Bib, *_copies(shows_suppressed)).where(Bib.id == sa.bindparam("bib_id"))


def find(
    criteria: Criteria, *, sort: Sort | None, page: int, per_page: int, facets: bool = True
) -> Result:
    """One page of hits, their number, and how they divide."""
    matching = _Matching.of(criteria)
    found = _page(matching, _order(criteria, matching, sort), per_page, (page - 1) * per_page)
    sample = matching.sample() if facets else []
    total = len(sample)
    if not facets or total == SAMPLE:
        total = matching.count()
    shown = Page(found, page, per_page, min(total, TOTAL_CAP))
    return Result(shown, total > TOTAL_CAP, _facets(sample) if facets else None)


Sampled = sa.Row[str, str, int | None, list[str], bool]
"""Language, material, year, subjects, and whether a copy is on the shelf."""


@dataclass(frozen=True, slots=True)
class _Matching:
    """The conditions of one search, to be asked for a page, a sample and a number."""

    terms: list[Term]
    conditions: list[sa.ColumnElement[bool]]
    shows_suppressed: bool

    @classmethod
    def of(cls, criteria: Criteria) -> "_Matching":
        terms, conditions = _read(criteria)
        return cls(terms, [*conditions, *_filters(criteria)], criteria.shows_suppressed)

    def select(self, *columns: Any, hits: sa.CTE | None = None) -> sa.Select[Any]:
        statement = sa.select(*columns).select_from(Bib).where(*self.conditions)
        if hits is None and self.terms:
            hits = index.hits(self.terms, ranked=False)
        return statement if hits is None else statement.join(hits, hits.c.bib_id == Bib.id)

    def sample(self) -> list[Sampled]:
        columns = (Bib.language, Bib.material, Bib.year, Bib.subjects, _is_available())
        return list(db.session.execute(self.select(*columns).limit(SAMPLE)).all())

    def count(self) -> int:
        """Never counts on beyond the cap."""
        rows = self.select(Bib.id).limit(TOTAL_CAP + 1).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def _read(criteria: Criteria) -> tuple[list[Term], list[sa.ColumnElement[bool]]]:
    """The words to look up, and conditions in their place: an ISBN is looked up as a number,
    and text without a single word finds nothing rather than everything."""
    number = isbn.normalise(criteria.q) if criteria.q else None
    texts = {
        "": "" if number else criteria.q,
        "author": criteria.author,
        "title": criteria.title,
        "subject": criteria.subject,
    }
    conditions = [_has_isbn(number.isbn13)] if number else []
    terms = search.phrase(criteria.heading, "subject")
    for field, text in texts.items():
        found = search.parse(text, field)
        terms += found
        if text.strip() and not found:
            conditions.append(sa.false())
    return terms, conditions


def _filters(criteria: Criteria) -> Iterable[sa.ColumnElement[bool]]:
    if not criteria.shows_suppressed:
        yield ~Bib.suppressed
    if criteria.isbn:
        number = isbn.normalise(criteria.isbn)
        yield _has_isbn(number.isbn13) if number else sa.false()
    if criteria.heading:
        yield _has_heading(criteria.heading)
    if criteria.year_from is not None:
        yield Bib.year >= criteria.year_from
    if criteria.year_to is not None:
        yield Bib.year <= criteria.year_to
    if criteria.language:
        yield Bib.language == (language_code(criteria.language) or criteria.language)
    if criteria.material:
        yield Bib.material == criteria.material
    if criteria.available is not None:
        yield _is_available() == criteria.available


def _has_isbn(isbn13: str) -> sa.ColumnElement[bool]:
    return Bib.id.in_(sa.select(BibIsbn.bib_id).where(BibIsbn.isbn == isbn13))


def _has_heading(heading: str) -> sa.ColumnElement[bool]:
    """Checked on the few hits of the heading's words: no index could serve it under the wall."""
    if db.session.get_bind().dialect.name == "postgresql":
        return sa.type_coerce(Bib.subjects, JSONB).contains([heading])
    each = sa.func.json_each(Bib.subjects).table_valued("value")
    return sa.exists().where(each.c.value == heading)


def _on_shelf() -> sa.ColumnElement[bool]:
    return sa.and_(Item.status == ItemStatus.AVAILABLE, ~Item.suppressed)


def _is_available() -> sa.ColumnElement[bool]:
    return sa.select(Item.id).where(Item.bib_id == Bib.id, _on_shelf()).exists()


def _copies(shows_suppressed: bool) -> tuple[sa.ScalarSelect[int], sa.ScalarSelect[int]]:
    number = sa.select(sa.func.count(Item.id)).where(Item.bib_id == Bib.id).correlate(Bib)
    total = number if shows_suppressed else number.where(~Item.suppressed)
    return total.scalar_subquery(), number.where(_on_shelf()).scalar_subquery()


Keys = list[tuple[sa.ColumnElement[Any], bool]]
"""What is sorted by, and whether it descends."""


@dataclass(frozen=True, slots=True)
class _Order:
    """Ties end at the id, so that no title is shown on two pages
    or on none."""

    keys: Keys
    hits: sa.CTE | None = None

    def directed(self, columns: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
        return [
            column.desc() if descends else column.asc()
            for column, (_, descends) in zip(columns, self.keys, strict=True)
        ]


def _order(criteria: Criteria, matching: _Matching, sort: Sort | None) -> _Order:
    """Best match: the whole title; then by where the words stand; then short titles, of which
    the words are a larger part."""
    title, year = Bib.sort_title.expression, Bib.year.expression
    ends: Keys = [(title, False), (Bib.id.expression, False)]
    if sort in {"year", "-year"}:
        return _Order([(year.is_(None), False), (year, sort == "-year"), *ends])
    if sort in {"title", "-title"} or not matching.terms:
        return _Order([(title, sort == "-title"), ends[1]])
    hits = index.hits(matching.terms, ranked=True)
    others = sa.case((title == fold(criteria.q or criteria.title).strip(), 0), else_=1)
    keys = [others, hits.c.tier, sa.func.length(title)]
    return _Order([*((key, False) for key in keys), *ends], hits)


def _page(matching: _Matching, order: _Order, limit: int, offset: int) -> list[Found]:
    """The page is cut on bare keys first; titles and copies are then read for its rows only."""
    keys = [key.label(f"key_{n}") for n, (key, _) in enumerate(order.keys)]
    cut = matching.select(Bib.id, *keys, hits=order.hits).order_by(*order.directed(keys))
    page = cut.limit(limit).offset(offset).cte("page")
    statement = (
        sa.select(Bib, *_copies(matching.shows_suppressed))
        .join(page, page.c.id == Bib.id)
        .options(defer(Bib.marc, raiseload=True))
        .order_by(*order.directed(page.c[key.name] for key in keys))
    )
    return [Found(*row) for row in db.session.execute(statement)]


def _facets(sample: list[Sampled]) -> Facets:
    counted: dict[str, Counter[str]] = {
        name: Counter() for name in ("subject", "language", "material", "decade", "available")
    }
    for language, material, year, subjects, is_available in sample:
        counted["language"][language] += 1
        counted["material"][material] += 1
        counted["decade"][f"{year // 10 * 10}" if year else ""] += 1
        counted["available"]["true" if is_available else "false"] += 1
        counted["subject"].update(subjects)
    values = {name: _values(counter) for name, counter in counted.items()}
    return Facets(**values, is_sampled=len(sample) == SAMPLE)


def _values(counter: Counter[str]) -> list[FacetValue]:
    """The most frequent, those that are alike in the order of the alphabet."""
    del counter[""]
    most = nsmallest(FACET_LENGTH, counter.items(), key=lambda pair: (-pair[1], pair[0]))
    return [FacetValue(value, count) for value, count in most]
