"""What teams write by hand: one trigger, one table, the whole row before and after as JSON."""

import sqlalchemy as sa

POSTGRESQL = """
CREATE TABLE jsonb_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(), actor text NOT NULL, kind text NOT NULL,
    action text NOT NULL, row_id uuid NOT NULL, before jsonb, after jsonb);
CREATE INDEX ON jsonb_audit (tenant_id, id);
CREATE INDEX ON jsonb_audit (tenant_id, row_id, id);
CREATE INDEX ON jsonb_audit (tenant_id, action, id);
CREATE INDEX ON jsonb_audit (tenant_id, actor, id);
CREATE FUNCTION jsonb_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jsonb_audit (tenant_id, actor, kind, action, row_id, before, after)
    VALUES (NEW.tenant_id, current_setting('bench.actor'), TG_TABLE_NAME, TG_OP, NEW.id,
        CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END $$
"""
WATCH = """
CREATE TRIGGER jsonb_audit AFTER INSERT OR UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION jsonb_audit()
"""
SQLITE = (
    """
    CREATE TABLE jsonb_audit (
        id integer PRIMARY KEY, tenant_id int NOT NULL, at text NOT NULL DEFAULT CURRENT_TIMESTAMP,
        actor text NOT NULL, kind text NOT NULL, action text NOT NULL, row_id text NOT NULL,
        before text, after text)
    """,
    "CREATE INDEX jsonb_audit_row ON jsonb_audit (tenant_id, row_id, id)",
    "CREATE INDEX jsonb_audit_action ON jsonb_audit (tenant_id, action, id)",
    "CREATE INDEX jsonb_audit_actor ON jsonb_audit (tenant_id, actor, id)",
)

INSERT = "INSERT INTO jsonb_audit (tenant_id, actor, kind, action, row_id, before, after)"


def install(connection: sa.Connection, table: sa.Table) -> None:
    for statement in _statements(table, connection.dialect.name):
        connection.exec_driver_sql(statement)


def _statements(table: sa.Table, dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [POSTGRESQL, WATCH.format(table=table.name)]
    return [
        *SQLITE,
        _trigger(table, "INSERT", "NULL"),
        _trigger(table, "UPDATE", _json("OLD", table)),
    ]


def _trigger(table: sa.Table, verb: str, before: str) -> str:
    values = f"NEW.tenant_id, bench_actor(), '{table.name}', '{verb}', NEW.id, {before}"
    insert = f"{INSERT} VALUES ({values}, {_json('NEW', table)})"
    return f"CREATE TRIGGER jsonb_{verb.lower()} AFTER {verb} ON {table.name} BEGIN {insert}; END"


def _json(row: str, table: sa.Table) -> str:
    return f"json_object({', '.join(f'{it.name!r}, {row}.{it.name}' for it in table.c)})"
