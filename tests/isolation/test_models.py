"""Every scoped model, from the other side, by every road that SQLAlchemy knows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper, Session, aliased
from sqlalchemy.orm.exc import StaleDataError

from stackroom.core.database import transaction
from stackroom.core.http import Stackroom
from stackroom.testing.house import House
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import snapshot
from tenants import context
from tenants.errors import WallError
from tenants.orm import Base
from tenants.wall import KERNEL

REFUSED_BY_THE_DATABASE = re.compile(
    "another organisation|row-level security|permission denied|append-only"
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A row of harbour's, as north would name it. `values` go by attribute."""

    mapper: Mapper[Any]
    values: dict[str, Any]

    @property
    def model(self) -> Any:
        return self.mapper.class_

    @property
    def table(self) -> Any:
        return self.mapper.local_table

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(self.values[self._attribute(column)] for column in self.mapper.primary_key)

    @property
    def columns(self) -> dict[str, Any]:
        return {column.name: self.values[self._attribute(column)] for column in self.table.c}

    def is_it(self, of: Any = None) -> sa.ColumnElement[bool]:
        """By the row's own key, without the organisation: as an id that was guessed."""
        names = [self._attribute(column) for column in self.mapper.primary_key]
        known = [name for name in names if name != "tenant_id"]
        if of is not None:
            return sa.and_(*(getattr(of, name) == self.values[name] for name in known))
        columns = {self._attribute(column): column for column in self.table.c}
        return sa.and_(*(columns[name] == self.values[name] for name in known))

    def _attribute(self, column: sa.ColumnElement[Any]) -> str:
        return self.mapper.get_property_by_column(column).key


def sees(found: object) -> str:
    return f"sees {found!r}" if found else ""


def changes(found: Any) -> str:
    changed = getattr(found, "rowcount", 0)  # none, of an update that names the key alone
    return f"changes {changed} rows" if changed else ""


def _on_connection(session: Session, statement: Any, **options: Any) -> Any:
    return session.connection().execute(statement, execution_options=options)


def _some(row: Foreign) -> dict[str, Any]:
    """A column and its value, to write it as it stands."""
    own = [each for each in row.columns if each not in row.table.primary_key.columns]
    name = next(iter(own), "transaction_id")  # of a list that is nothing but its key
    return {name: row.columns[name]}


def _aliased(row: Foreign) -> sa.Select[Any]:
    other = aliased(row.model)
    return sa.select(other).where(row.is_it(other))


def _attributes(row: Foreign) -> dict[str, Any]:
    return {row._attribute(row.table.c[name]): value for name, value in _some(row).items()}


def _core_update(row: Foreign) -> sa.Update:
    return sa.update(row.table).where(row.is_it()).values(_some(row))


def _flushed(session: Session, _: object = None) -> str:
    session.flush()
    return "was written"


def _added(session: Session, row: Foreign) -> str:
    session.add(row.model(**row.values))
    return _flushed(session)


def _bulk(write: Callable[..., None], row: Foreign) -> str:
    write(row.mapper, [row.values])
    return "was written"


Act = Callable[[Session, Foreign], str]
"""Says what leaked; empty, or raises, where the wall held."""
ACTS: dict[str, Act] = {
    "select": lambda s, r: sees(s.execute(sa.select(r.model).where(r.is_it())).all()),
    "alias": lambda s, r: sees(s.execute(_aliased(r)).all()),
    "count": lambda s, r: sees(
        s.scalar(sa.select(sa.func.count()).select_from(r.model).where(r.is_it()))
    ),
    "exists": lambda s, r: sees(
        s.scalar(sa.select(sa.exists(sa.select(r.model).where(r.is_it()))))
    ),
    "get": lambda s, r: sees(s.get(r.model, r.key)),
    "query": lambda s, r: sees(s.query(r.model).filter(r.is_it()).all()),
    "update": lambda s, r: changes(
        s.execute(sa.update(r.model).where(r.is_it()).values(_attributes(r)))
    ),
    "delete": lambda s, r: changes(s.execute(sa.delete(r.model).where(r.is_it()))),
    "add": _added,
    "merge": lambda s, r: _flushed(s, s.merge(r.model(**r.values))),
    "bulk insert": lambda s, r: changes(s.execute(sa.insert(r.model), [r.values])),
    "bulk update": lambda s, r: changes(s.execute(sa.update(r.model), [r.values])),
    "legacy bulk insert": lambda s, r: _bulk(s.bulk_insert_mappings, r),
    "legacy bulk update": lambda s, r: _bulk(s.bulk_update_mappings, r),
    "core select": lambda s, r: sees(_on_connection(s, sa.select(r.table)).all()),
    "core insert": lambda s, r: changes(_on_connection(s, sa.insert(r.table).values(r.columns))),
    "core update": lambda s, r: changes(_on_connection(s, _core_update(r))),
    "core delete": lambda s, r: changes(_on_connection(s, sa.delete(r.table).where(r.is_it()))),
    "text": lambda s, r: sees(_on_connection(s, sa.text(f"SELECT * FROM {r.table.name}")).all()),
    "insert past the ORM": lambda s, r: changes(
        _on_connection(s, sa.insert(r.table).values(r.columns), **KERNEL)
    ),
    "update past the ORM": lambda s, r: changes(_on_connection(s, _core_update(r), **KERNEL)),
    "delete past the ORM": lambda s, r: changes(
        _on_connection(s, sa.delete(r.table).where(r.is_it()), **KERNEL)
    ),
}
ON_POSTGRESQL: dict[str, Act] = {
    "select past the ORM": lambda s, r: sees(
        _on_connection(s, sa.select(r.table).where(r.is_it()), **KERNEL).all()
    ),
}
"""SQLite's reads are guarded by the ORM alone (ADR 2)."""


@pytest.fixture(scope="module")
def foreign(two: Neighbours) -> list[Foreign]:
    mappers = sorted(Base.registry.mappers, key=lambda each: each.local_table.name)  # type: ignore[attr-defined]
    return [_row(two.harbour, each) for each in mappers if "tenant_id" in each.local_table.c]


def _row(house: House, mapper: Mapper[Any]) -> Foreign:
    with house.work("admin") as session:
        keys = [attribute.key for attribute in mapper.column_attrs]
        wanted = sa.select(*(getattr(mapper.class_, key) for key in keys)).limit(1)
        found = session.execute(wanted).first()
        assert found, f"furnish_every_table() leaves no row in {mapper.local_table}"
        return Foreign(mapper, dict(zip(keys, found, strict=True)))


def test_every_road_to_a_foreign_row_is_closed(
    two: Neighbours, foreign: list[Foreign], dialect: str, matrix: Recording
) -> None:
    before = snapshot(two.harbour)
    acts = ACTS | (ON_POSTGRESQL if dialect == "postgresql" else {})
    with matrix("model", at_least=500) as found:
        for row in foreign:
            for name, act in acts.items():
                leak, how = attempt(two.north, act, row)
                found.note(row.table.name, name, "a row of harbour's, by north", leak, how)
    assert snapshot(two.harbour) == before


def test_the_roads_lead_to_rows_of_its_own(two: Neighbours, foreign: list[Foreign]) -> None:
    """The matrix proves nothing if what it asks finds nothing in any case."""
    for row in foreign:
        own = _row(two.north, row.mapper)
        for name in ("select", "alias", "count", "exists", "get", "query"):
            leak, how = attempt(two.north, ACTS[name], own)
            assert leak.startswith("sees"), f"{name} {row.table.name}: {how}"


def attempt(house: House, act: Act, row: Foreign) -> tuple[str, str]:
    """What leaked, and how it was refused."""
    try:
        with house.work("admin") as session:
            return act(session, row), "finds nothing"
    except (WallError, StaleDataError) as refused:
        return "", type(refused).__name__
    except DBAPIError as refused:
        told = REFUSED_BY_THE_DATABASE.search(str(refused))
        return ("", told[0]) if told else (f"failed for another reason: {refused}", "")


def test_with_no_organisation_open_no_model_answers(
    app: Stackroom, foreign: list[Foreign], matrix: Recording
) -> None:
    with matrix("model", at_least=60) as found, app.app_context():
        for row in foreign:
            leak = "it ran"
            try:
                with transaction() as session:
                    session.execute(sa.select(row.model)).all()
            except WallError as refused:
                leak, how = "", type(refused).__name__
            found.note(row.table.name, "select", "no organisation open", leak, how)
            with transaction() as session, context.unscoped("a test"):
                seen = session.execute(sa.select(row.model)).all()
            found.note(row.table.name, "select", "unscoped", sees(seen), "finds nothing")
