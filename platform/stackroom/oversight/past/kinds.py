"""The kinds of records that have a past, and how they hang together."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from stackroom.audit.versioning import subject_type, versioned_models
from stackroom.audit.wording import called
from stackroom.core.errors import NotFound
from tenants.orm import Base

Model = type[Any]


class Link(NamedTuple):
    """A foreign key between two kinds: `column` of `child` holds the id of a `parent`."""

    child: Model
    column: str
    parent: Model

    @property
    def role(self) -> str:
        """What the parent is to the child: `home library`."""
        return self.column.removesuffix("_id").replace("_", " ")


def model_of(kind: str) -> Model:
    """Raises NotFound."""
    try:
        return _by_kind()[kind]
    except KeyError:
        raise NotFound from None


def word(model: Model) -> str:
    return called(subject_type(model))


def parents(model: Model) -> list[Link]:
    return [link for link in _links() if link.child is model]


def children(model: Model) -> list[Link]:
    return [link for link in _links() if link.parent is model]


def parents_first(models: Iterable[Model]) -> list[Model]:
    return sorted(models, key=lambda model: _places()[model.__tablename__])


@cache
def _by_kind() -> dict[str, Model]:
    return {subject_type(model): model for model in versioned_models()}


@cache
def _links() -> tuple[Link, ...]:
    by_table = {model.__tablename__: model for model in versioned_models()}
    return tuple(
        Link(model, key.column_keys[1], by_table[key.referred_table.name])
        for model in versioned_models()
        for key in sorted(model.__table__.foreign_key_constraints, key=lambda key: str(key.name))
        if key.referred_table.name in by_table
    )


@cache
def _places() -> dict[str, int]:
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
