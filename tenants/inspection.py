"""What stands in the database beside what must stand there: `stackroom db check`."""

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tenants.database import TENANT
from tenants.orm import Base
from tenants.roles import ATTRIBUTES, MISOWNED

HIDDEN = frozenset({"bib_search"})
"""Tables that the app reaches through the owner's functions alone: it holds no right on them."""
READ_ONLY = frozenset({"alembic_version"})


def faults(connection: sa.Connection, app_role: str, history: frozenset[str]) -> list[str]:
    """A sentence for each. The connection may be the owner's or the app's; `history` names the
    tables that may only be added to."""
    owner = str(_scalar(connection, "SELECT pg_get_userbyid(datdba) FROM pg_database "
                                    "WHERE datname = current_database()"))  # fmt: skip
    return [
        *_roles(connection, owner, app_role),
        *_ownership(connection, owner),
        *_walls(connection),
        *_grants(connection, app_role, history),
        *_functions(connection),
    ]


def _roles(connection: sa.Connection, owner: str, app: str) -> Iterator[str]:
    if owner == app:
        yield f"“{app}” serves and owns the database: two roles are needed."
    for name in {owner, app}:
        asked = "SELECT * FROM pg_roles WHERE rolname = %s"
        found = connection.exec_driver_sql(asked, (name,)).mappings().first()
        if found is None:
            yield f"There is no role “{name}”."
            continue
        yield from (
            f"The role “{name}” has {attribute}."
            for column, attribute in ATTRIBUTES.items()
            if found[column]
        )
    yield from _reach(connection, app)


def _reach(connection: sa.Connection, app: str) -> Iterator[str]:
    members = "SELECT rolname FROM pg_roles WHERE rolname <> %s AND pg_has_role(%s, oid, 'MEMBER')"
    for other in connection.exec_driver_sql(members, (app, app)).scalars():
        yield f"The role “{app}” may act as “{other}”."
    if _scalar(connection, "SELECT has_schema_privilege(%s, 'public', 'CREATE')", app):
        yield f"The role “{app}” may create in the schema public."
    if not _scalar(connection, "SELECT has_schema_privilege(%s, 'public', 'USAGE')", app):
        yield f"The role “{app}” may not use the schema public."


def _ownership(connection: sa.Connection, owner: str) -> Iterator[str]:
    for held in connection.exec_driver_sql(MISOWNED).all():
        if held.owner != owner:
            yield f"{held.thing} belongs to “{held.owner}”, not to “{owner}”."


WALLS = """
SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
    (SELECT json_agg(json_build_array(
        pg_get_expr(p.polqual, c.oid), p.polwithcheck IS NULL, p.polcmd,
        p.polroles = ARRAY[0::oid] OR p.polroles = ARRAY[c.relowner]))
     FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
FROM pg_class c
WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('history'))
    AND c.relkind IN ('r', 'p') AND EXISTS (
    SELECT FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
"""


def _walls(connection: sa.Connection) -> Iterator[str]:
    standing = {row.name: row for row in connection.exec_driver_sql(WALLS)}
    for table in Base.metadata.sorted_tables:
        if "tenant_id" in table.c and table.name not in standing:
            yield f"The table {table.name} is missing: run `stackroom db upgrade`."
    for name, row in standing.items():
        if not row.enabled:
            yield f"Row-level security is off on {name}."
        if not row.forced:
            yield f"Row-level security is not forced on {name}: its owner passes it."
        if name in HIDDEN:
            continue
        expected = [[_bare(f"(tenant_id = {TENANT})"), True, "*", True]]
        if [[_bare(each[0]), *each[1:]] for each in row.policies or ()] != expected:
            yield f"The policy on {name} is not the one wall that must be there."


def _bare(expression: str | None) -> str:
    """Without what PostgreSQL adds when it prints an expression."""
    return re.sub(r'::\w+|\bas "?\w+"?|[()\s]', "", (expression or "").lower())


GRANTS = """
SELECT c.relname AS name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS to,
    privilege_type AS right
FROM pg_class c, aclexplode(c.relacl)
WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('history'))
    AND c.relkind IN ('r', 'p', 'v', 'm') AND grantee <> c.relowner
"""


def _grants(connection: sa.Connection, app: str, history: frozenset[str]) -> Iterator[str]:
    held: dict[tuple[str, str], set[str]] = {}
    for name, to, right in connection.exec_driver_sql(GRANTS):
        held.setdefault((name, to), set()).add(right)
    wanted = {table.name: _rights(table.name, history) for table in Base.metadata.sorted_tables}
    wanted |= {name: {"SELECT"} for name in READ_ONLY} | {name: set() for name in HIDDEN}
    for (name, to), rights in held.items():
        if surplus := rights - (wanted.get(name, set()) if to == app else set()):
            yield f"“{to}” may {', '.join(sorted(surplus))} on {name}."
    for name, rights in wanted.items():
        if missing := rights - held.get((name, app), set()):
            yield f"“{app}” lacks {', '.join(sorted(missing))} on {name}."


def _rights(table: str, history: frozenset[str]) -> set[str]:
    return {"SELECT", "INSERT"} | (set() if table in history else {"UPDATE", "DELETE"})


FUNCTIONS = """
SELECT p.oid::regprocedure::text AS name,
    has_function_privilege('public', p.oid, 'EXECUTE') AS open,
    EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search_path=%%') AS pinned
FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prosecdef
"""


def _functions(connection: sa.Connection) -> Iterator[str]:
    for found in connection.exec_driver_sql(FUNCTIONS, ()):
        if found.open:
            yield f"Everybody may run {found.name}, which acts as its owner."
        if not found.pinned:
            yield f"{found.name} acts as its owner with the caller's search_path."


def _scalar(connection: sa.Connection, statement: str, *parameters: Any) -> Any:
    return connection.exec_driver_sql(statement, parameters or None).scalar()
