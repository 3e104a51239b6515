"""The other writer of ADR 28: generated row triggers that fill the same version tables and lines.

They refuse a row of a transaction that has not begun with a line in the trail, and hear of COPY,
bulk and raw SQL; folding labels for the search is a plain `lower` here.
"""

import sqlalchemy as sa

POSTGRESQL = """
CREATE FUNCTION {table}_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transaction bigint := nullif(current_setting('bench.transaction', true), '')::bigint;
    position int := coalesce(nullif(current_setting('bench.position', true), ''), '0')::int;
BEGIN
    IF transaction IS NULL THEN
        RAISE EXCEPTION 'a row of {table} changed outside the audit trail';
    END IF;
    INSERT INTO {history} ({columns}, transaction_id, operation_type)
    VALUES ({values}, transaction, CASE TG_OP WHEN 'INSERT' THEN 0 ELSE 1 END);
    INSERT INTO {entries} (tenant_id, transaction_id, position, action, subject_type, subject_id,
        subject_label, words)
    VALUES (NEW.tenant_id, transaction, position,
        CASE TG_OP WHEN 'INSERT' THEN 'bib.created' ELSE 'bib.updated' END, 'bib', NEW.id,
        left(NEW.title, 300), lower(NEW.title));
    PERFORM set_config('bench.position', (position + 1)::text, true);
    RETURN NULL;
END $$;
CREATE TRIGGER version AFTER INSERT OR UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_version()
"""
SQLITE = """
CREATE TRIGGER {table}_{verb} AFTER {verb} ON {table} BEGIN
    SELECT CASE WHEN bench_transaction() IS NULL
        THEN RAISE(ABORT, 'a row changed outside the audit trail') END;
    INSERT INTO {history} ({columns}, transaction_id, operation_type)
    VALUES ({values}, bench_transaction(), {operation});
    INSERT INTO {entries} (tenant_id, transaction_id, position, action, subject_type, subject_id,
        subject_label, words)
    VALUES (NEW.tenant_id, bench_transaction(), bench_position(), 'bib.{done}', 'bib', NEW.id,
        substr(NEW.title, 1, 300), lower(NEW.title));
END
"""


def install(
    connection: sa.Connection, table: sa.Table, history: sa.Table, entries: sa.Table
) -> None:
    columns = [column.name for column in table.c if column.name in history.c]
    named = {
        "table": table.name, "history": history.name, "entries": entries.name,
        "columns": ", ".join(columns), "values": ", ".join(f"NEW.{name}" for name in columns),
    }  # fmt: skip
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(POSTGRESQL.format(**named))
        return
    for verb, operation, done in (("INSERT", 0, "created"), ("UPDATE", 1, "updated")):
        sql = SQLITE.format(**named, verb=verb, operation=operation, done=done)
        connection.exec_driver_sql(sql)
