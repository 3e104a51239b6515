"""A word to SQLite's planner, which counts nothing and would sooner walk the whole trail in its
order than follow an index to what is wanted. PostgreSQL counts, and is told nothing."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class leads(FunctionElement[Any]):  # noqa: N801 - it is written like a function
    """A condition to which an index leads."""

    inherit_cache = True
    type = sa.types.NullType()  # a Boolean would be compared to 1, which no index knows
    name = "leads"


@compiles(leads)
def _as_it_is(element: leads, compiler: Any, **options: Any) -> str:
    said: str = compiler.process(element.clauses, **options)
    return f"({said})"


@compiles(leads, "sqlite")
def _as_unlikely(element: leads, compiler: Any, **options: Any) -> str:
    """See https://sqlite.org/lang_corefunc.html#likelihood."""
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.0001)"
