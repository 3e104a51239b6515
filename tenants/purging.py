"""The end of an organisation in the database: every row it has, found in the database's own
catalogue rather than in our models, history included.

The app role may not delete history, and nobody may while an organisation lives. On PostgreSQL a
function that runs as the owner deletes the rows of the open organisation once that is purged, and
the triggers that guard history let it pass; on SQLite a connection function says so. The rows go
in batches, each in a transaction of its own: a time-out or a crash loses one batch of work.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tenants import context
from tenants.errors import NotPurged
from tenants.lifecycle import Status
from tenants.orm import Base
from tenants.wall import PURGE

AT_ONCE = 10_000
"""Rows in one transaction."""

POSTGRESQL = (
    """
    CREATE FUNCTION tenant_rows_purge(target regclass, most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    $$
    DECLARE
        tenant integer := nullif(current_setting('app.tenant', true), '')::integer;
        gone bigint;
    BEGIN
        IF NOT EXISTS (
            SELECT FROM public.organisations
            WHERE id = tenant AND status = 'purged' AND closes_at <= now()
        ) THEN
            RAISE EXCEPTION 'the organisation is not purged: its rows stay';
        END IF;
        IF NOT EXISTS (
            SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.oid = target AND c.relnamespace = 'public'::regnamespace
                AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id' AND NOT a.attisdropped
        ) THEN
            RAISE EXCEPTION '% holds no rows of organisations', target;
        END IF;
        PERFORM set_config('app.purging', tenant::text, true);
        EXECUTE format(
            'DELETE FROM %s WHERE tenant_id = $1 AND ctid = ANY (ARRAY('
            'SELECT ctid FROM %s WHERE tenant_id = $1 LIMIT $2))', target, target
        ) USING tenant, most;
        GET DIAGNOSTICS gone = ROW_COUNT;
        PERFORM set_config('app.purging', '', true);
        RETURN gone;
    END
    $$
    """,
    """
    CREATE FUNCTION tenant_rows_left(target regclass) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    $$
    DECLARE
        tenant integer := nullif(current_setting('app.tenant', true), '')::integer;
        found bigint;
    BEGIN
        EXECUTE format('SELECT count(*) FROM %s WHERE tenant_id = $1', target)
            INTO found USING tenant;
        RETURN found;
    END
    $$
    """,
    "REVOKE ALL ON FUNCTION tenant_rows_purge(regclass, integer) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION tenant_rows_left(regclass) FROM PUBLIC",
    """
    CREATE FUNCTION guard_end_of_organisation() RETURNS trigger LANGUAGE plpgsql AS
    $$
    BEGIN
        IF OLD.status = 'purged' AND (TG_OP = 'DELETE' OR NEW.status <> 'purged') THEN
            RAISE EXCEPTION 'a purge is final';
        ELSIF TG_OP = 'DELETE' THEN
            RETURN OLD;
        ELSIF NEW.status = 'purged' AND OLD.status <> 'purged'
            AND (OLD.status <> 'closing' OR OLD.closes_at IS NULL OR OLD.closes_at > now())
        THEN
            RAISE EXCEPTION 'an organisation is purged once its closing is over';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    "CREATE TRIGGER end_of_organisation BEFORE UPDATE OR DELETE ON organisations "
    "FOR EACH ROW EXECUTE FUNCTION guard_end_of_organisation()",
)

SQLITE = (
    "CREATE TRIGGER end_of_organisation_delete BEFORE DELETE ON organisations "
    "WHEN OLD.status = 'purged' BEGIN SELECT RAISE(ABORT, 'a purge is final'); END",
    "CREATE TRIGGER end_of_organisation_final BEFORE UPDATE OF status ON organisations "
    "WHEN OLD.status = 'purged' AND NEW.status <> 'purged' "
    "BEGIN SELECT RAISE(ABORT, 'a purge is final'); END",
    "CREATE TRIGGER end_of_organisation_due BEFORE UPDATE OF status ON organisations "
    "WHEN NEW.status = 'purged' AND OLD.status <> 'purged' "
    "AND (OLD.status <> 'closing' OR OLD.closes_at IS NULL "
    "OR OLD.closes_at > strftime('%Y-%m-%d %H:%M:%f', 'now')) "
    "BEGIN SELECT RAISE(ABORT, 'an organisation is purged once its closing is over'); END",
)


def tables(connection: sa.Connection) -> list[str]:
    """Every table with a `tenant_id` that the database knows, children before parents. What our
    models do not know, such as a search index, comes first: it depends on what they do."""
    inspector = sa.inspect(connection)
    found = {
        str(name)
        for (_, name), columns in inspector.get_multi_columns().items()
        if any(column["name"] == "tenant_id" for column in columns)
    }
    ours = [str(table.name) for table in reversed(Base.metadata.sorted_tables)]
    known = [name for name in ours if name in found]
    return [*sorted(found - set(known)), *known]


def erase(connection: sa.Connection, table: str) -> int:
    """Delete a batch of the open organisation's rows of one table of `tables()`; how many.

    Raises NotPurged; on PostgreSQL it is the function that refuses.
    """
    tenant_id = context.current().id
    if connection.dialect.name == "postgresql":
        asked = connection.exec_driver_sql(
            "SELECT tenant_rows_purge(%s::regclass, %s)", (table, AT_ONCE)
        )
        return int(asked.scalar_one())
    with _purging(connection, tenant_id):
        rows = _named(table)
        own = rows.c.tenant_id == tenant_id
        some = sa.select(rows.c.rowid).where(own).limit(AT_ONCE)
        delete = sa.delete(rows).where(own, rows.c.rowid.in_(some))
        return connection.execute(delete, execution_options=PURGE).rowcount


def left(connection: sa.Connection, table: str) -> int:
    """How many rows the open organisation has in one table of `tables()`."""
    if connection.dialect.name == "postgresql":
        asked = connection.exec_driver_sql("SELECT tenant_rows_left(%s::regclass)", (table,))
    else:
        rows = _named(table)
        count = sa.select(sa.func.count()).where(rows.c.tenant_id == context.current().id)
        asked = connection.execute(count.select_from(rows), execution_options=PURGE)
    return int(asked.scalar_one())


def _named(table: str) -> sa.TableClause:
    return sa.table(table, sa.column("rowid"), sa.column("tenant_id"))


@contextmanager
def _purging(connection: sa.Connection, tenant_id: int) -> Iterator[None]:
    """Lets the triggers of history pass for one organisation."""
    asked = "SELECT status FROM organisations WHERE id = ?"
    if connection.exec_driver_sql(asked, (tenant_id,)).scalar() != Status.PURGED:
        raise NotPurged("the organisation is not purged: its rows stay")
    connection.info["purging"] = tenant_id
    try:
        yield
    finally:
        del connection.info["purging"]
