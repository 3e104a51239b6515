"""The two database roles, made and mended: an owner that migrates, an app that serves.

`establish` is run by an administrator of the cluster, as often as wanted, and says what it did.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tenants.database import quoted

ATTRIBUTES = {
    "rolsuper": "SUPERUSER", "rolbypassrls": "BYPASSRLS", "rolcreatedb": "CREATEDB",
    "rolcreaterole": "CREATEROLE", "rolreplication": "REPLICATION",
}  # fmt: skip
"""What neither role may have: each is a way round the wall, or to a role that knows one."""
NONE_OF_THEM = " ".join(f"NO{name}" for name in ATTRIBUTES.values())


@dataclass(frozen=True, slots=True)
class Login:
    name: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Login":
        """Raises ValueError where the address names nobody."""
        read = sa.make_url(url)
        if not (read.username and read.password and read.database):
            raise ValueError("a database address needs user, password and database")
        return cls(read.username, str(read.password))


def establish(
    admin_url: str, owner_url: str, app_url: str, parameters: Mapping[str, str]
) -> Iterator[str]:
    """Make both roles and the database, and mend what has drifted; `parameters` become the app
    role's defaults. Yields a sentence for each thing done.

    Raises ValueError where the addresses name one role or two databases.
    """
    owner, app, name = *map(Login.of, (owner_url, app_url)), sa.make_url(app_url).database
    if owner.name == app.name or sa.make_url(owner_url).database != name:
        raise ValueError("owner and app must be two roles of one database")
    admin = sa.make_url(admin_url).set(drivername="postgresql+psycopg")
    with _connected(admin) as connection:
        for login in (owner, app):
            yield from _role(connection, login)
        yield from _database(connection, str(name), owner, app)
    with _connected(admin.set(database=name)) as connection:
        yield from _ownership(connection, owner)
        yield from _schema(connection, str(name), owner, app, parameters)


def _connected(url: sa.URL) -> Any:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    return engine.connect()


def _role(connection: sa.Connection, login: Login) -> Iterator[str]:
    role = quoted(login.name)
    asked = "SELECT * FROM pg_roles WHERE rolname = %s"
    found = connection.exec_driver_sql(asked, (login.name,)).mappings().first()
    if found is None:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        yield f"The role “{login.name}” is made."
    for column, attribute in ATTRIBUTES.items():
        if found and found[column]:
            yield f"The role “{login.name}” had {attribute}, which passes the wall: taken away."
    secret = _scrambled(connection, login)
    connection.exec_driver_sql(f"ALTER ROLE {role} LOGIN {NONE_OF_THEM} PASSWORD '{secret}'")
    for other in _memberships(connection, login.name):
        connection.exec_driver_sql(f"REVOKE {quoted(other)} FROM {role}")
        yield f"The role “{login.name}” was a member of “{other}”: no longer."


def _scrambled(connection: sa.Connection, login: Login) -> str:
    """As the server keeps it, so that its log never sees the password."""
    raw: Any = connection.connection.driver_connection
    made: bytes = raw.pgconn.encrypt_password(
        login.password.encode(), login.name.encode(), b"scram-sha-256"
    )
    return made.decode()


def _memberships(connection: sa.Connection, role: str) -> list[str]:
    asked = (
        "SELECT other.rolname FROM pg_auth_members m JOIN pg_roles other ON other.oid = m.roleid "
        "JOIN pg_roles member ON member.oid = m.member WHERE member.rolname = %s"
    )
    return list(connection.exec_driver_sql(asked, (role,)).scalars())


def _database(connection: sa.Connection, name: str, owner: Login, app: Login) -> Iterator[str]:
    database = quoted(name)
    asked = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    found = connection.exec_driver_sql(asked, (name,)).scalar()
    if found is None:
        connection.exec_driver_sql(f"CREATE DATABASE {database} OWNER {quoted(owner.name)}")
        yield f"The database “{name}” is made."
    elif found != owner.name:
        connection.exec_driver_sql(f"ALTER DATABASE {database} OWNER TO {quoted(owner.name)}")
        yield f"The database “{name}” belonged to “{found}”; now to “{owner.name}”."
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {database} FROM {quoted(app.name)}")
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO {quoted(app.name)}")


MISOWNED = """
SELECT pg_get_userbyid(relowner) AS owner, 'TABLE ' || oid::regclass AS thing
FROM pg_class WHERE relnamespace IN ('public'::regnamespace, to_regnamespace('history'))
    AND relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT pg_get_userbyid(proowner), 'FUNCTION ' || oid::regprocedure
FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""
"""A table's owner may lift its policies; a SECURITY DEFINER function acts as its owner."""


def _ownership(connection: sa.Connection, owner: Login) -> Iterator[str]:
    for held in connection.exec_driver_sql(MISOWNED).all():
        if held.owner != owner.name:
            connection.exec_driver_sql(f"ALTER {held.thing} OWNER TO {quoted(owner.name)}")
            yield f"{held.thing} belonged to “{held.owner}”; now to “{owner.name}”."


def _schema(
    connection: sa.Connection, name: str, owner: Login, app: Login, parameters: Mapping[str, str]
) -> Iterator[str]:
    role, database = quoted(app.name), quoted(name)
    asked = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
    if connection.exec_driver_sql(asked, (app.name,)).scalar():
        yield f"“{app.name}” could create in the schema public: no longer."
    defaults = {"search_path": "public", **parameters}
    for statement in (
        f"ALTER SCHEMA public OWNER TO {quoted(owner.name)}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"ALTER ROLE {quoted(owner.name)} IN DATABASE {database} SET search_path = public",
        *(
            f"ALTER ROLE {role} IN DATABASE {database} SET {setting} = {value}"
            for setting, value in defaults.items()
        ),
    ):
        connection.exec_driver_sql(statement)
