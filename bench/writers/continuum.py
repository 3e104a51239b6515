"""Continuum's own unit of work over the same columns: `strategy="subquery"`, one line for each
transaction, no timeline."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, configure_mappers
from sqlalchemy_continuum.manager import VersioningManager

from stackroom.audit import versioning

OPTIONS = {
    "strategy": "subquery", "native_versioning": False, "create_composite_index": False,
    "base_classes": (), "table_name": "%s_version",
}  # fmt: skip


class Watched(Session):
    """Only these sessions are followed, so that ours beside them are left alone."""


def model(table: sa.Table) -> type[Any]:
    """A class over `table` whose history Continuum keeps; the tables of history join its
    metadata."""

    class Own(DeclarativeBase):
        metadata = table.metadata

    manager = VersioningManager(options={**OPTIONS, "base_classes": (Own,)})
    manager.user_cls = None
    instrument = manager.builder.instrument_versioned_classes
    event.remove(Mapper, "instrument_class", versioning._instrument)  # noqa: SLF001 - it is not ours
    event.listen(Mapper, "instrument_class", instrument)
    made = type("ContinuumBib", (Own,), {"__table__": table, "__versioned__": {}})
    configure_mappers()
    manager.builder.configure_versioned_classes()
    configure_mappers()
    event.remove(Mapper, "instrument_class", instrument)
    event.listen(Mapper, "instrument_class", versioning._instrument)  # noqa: SLF001
    manager.track_operations(sa.inspect(made))
    manager.track_session(Watched)
    return made
