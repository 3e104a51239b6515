"""Every fault of every database of this installation, for `stackroom db check`."""

import sqlalchemy as sa

from config import Settings
from tenants import inspection


def faults(settings: Settings, history: frozenset[str]) -> list[str]:
    """Asked as the app role, whose rights they are; SQLite has no roles and so no faults."""
    found = _faults(settings.database, history)
    for name, silo in settings.silos.items():
        found += [f"Silo {name}: {fault}" for fault in _faults(silo.url, history)]
    return found


def _faults(url: str, history: frozenset[str]) -> list[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        return inspection.faults(connection, str(engine.url.username), history)
