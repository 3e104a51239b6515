"""Finding patrons: by card, by what a librarian types, by standing."""

import unicodedata
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from stackroom.patrons.models import Patron, PatronBlock, PatronCategory, PatronStatus, Standing
from stackroom.patrons.schemas import PatronQuery


def shown() -> tuple[ORMOption, ...]:
    """What every view of a patron needs, in a constant number of statements."""
    return (
        joinedload(Patron.category, innerjoin=True),
        joinedload(Patron.home_library, innerjoin=True),
        selectinload(Patron.blocks),
    )


def search(query: PatronQuery, today: date) -> sa.Select[Patron]:
    statement = sa.select(Patron).options(*shown()).order_by(Patron.sort_name, Patron.id)
    for word in query.q.split():
        statement = statement.where(_matches(word))
    if query.barcode is not None:
        statement = statement.where(Patron.barcode == query.barcode)
    if query.category is not None:
        statement = statement.where(Patron.category.has(PatronCategory.code == query.category))
    if query.status is None:
        return statement
    return statement.where(_stands(query.status, today))


def _matches(word: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Patron.sort_name.contains(fold(word), autoescape=True),
        Patron.barcode.startswith(word, autoescape=True),
        Patron.email.icontains(word, autoescape=True),
    )


def _stands(standing: Standing, today: date) -> sa.ColumnElement[bool]:
    """The same as `Patron.standing`, in SQL."""
    deleted = Patron.status == PatronStatus.DELETED
    blocked = Patron.blocks.any(
        sa.and_(
            PatronBlock.lifted_at.is_(None),
            sa.or_(PatronBlock.expires_on.is_(None), PatronBlock.expires_on >= today),
        )
    )
    expired = sa.and_(Patron.expires_on.is_not(None), Patron.expires_on < today)
    return {
        Standing.DELETED: deleted,
        Standing.BLOCKED: sa.and_(~deleted, blocked),
        Standing.EXPIRED: sa.and_(~deleted, ~blocked, expired),
        Standing.ACTIVE: sa.and_(~deleted, ~blocked, ~expired),
    }[standing]


def sort_name(name: str) -> str:
    """“Ada de Vries” sorts as “vries, ada de”; the last word leads, without accents and case."""
    *first, last = fold(name).split() or [name]  # a name may be nothing but marks
    return f"{last}, {' '.join(first)}"[:200] if first else last[:200]


def fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
