"""One view of an organisation's rows, however long it takes to read them."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.orm import Session

from stackroom.core.database import db
from tenants.database import reads_only


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session of its own, beside that of the request or job: nothing written meanwhile is seen,
    and nobody waits for it."""
    session: Session = db.session.session_factory()
    with reads_only(), session:
        if session.get_bind().dialect.name == "postgresql":
            whole = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = session.connection(execution_options=whole)
            # a freshly imported catalogue has no statistics yet, and the planner would then join
            # every bib to every copy; as written, each join is by key
            connection.execute(sa.select(sa.func.set_config("join_collapse_limit", "1", True)))
        yield session


def migration(session: Session) -> str:
    """What the tables' shape is called."""
    found = MigrationContext.configure(session.connection()).get_current_revision()
    return found or "none"
