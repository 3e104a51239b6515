"""What history says of patrons is sealed under a key of each patron's own (ADR 34), also what it
said before: values, labels, words, and who acted where a patron did."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from stackroom.audit.pseudonyms import HIDDEN, Key, masked
from stackroom.audit.words import fold
from tenants.columns import Json
from tenants.database import append_only_statements, wall_statements

revision = "0025"
down_revision = "0024"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
AT_ONCE = 1000
SEALED = {
    "patrons_version": ("id", ("barcode", "name", "sort_name", "email", "phone", "note")),
    "patron_blocks_version": ("patron_id", ("reason",)),
    "loans_version": ("patron_id", ("patron_id",)),
    "accounts_version": ("id", ("email", "name")),
    "sso_identities_version": ("account_id", ("subject",)),
}
"""The column that says of whom a row tells, and those that tell."""
BY_ACCOUNT = frozenset({"accounts_version", "sso_identities_version"})
TRAIL = ("audit_transactions", "audit_entries")
Keys = Mapping[UUID, Key]


def upgrade() -> None:
    op.create_table(
        "patron_keys",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("pseudonym", sa.String(length=9), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_patron_keys"),
        sa.UniqueConstraint("tenant_id", "pseudonym", name="uq_patron_keys_tenant_id_pseudonym"),
        sa.UniqueConstraint("tenant_id", "account_id", name="uq_patron_keys_tenant_id_account_id"),
    )
    dialect = op.get_bind().dialect.name
    for table in (*SEALED, *TRAIL):
        op.add_column(table, sa.Column("personal", JSON, nullable=True))
    if dialect == "sqlite":
        op.execute("PRAGMA secure_delete=ON")  # nor may the plain values lie on in free pages
    open_walls(dialect)
    carry_over(op.get_bind())
    close_walls(dialect)
    for statement in wall_statements("patron_keys", dialect):
        op.execute(statement)


def open_walls(dialect: str) -> None:
    """For this transaction alone. Reading every organisation takes the owner without its policy."""
    for table in (*SEALED, *TRAIL):
        if dialect == "postgresql":
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_{table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        else:
            op.execute(f"DROP TRIGGER append_only_{table}_update")
            op.execute(f"DROP TRIGGER wall_{table}_update")
    if dialect == "postgresql":
        for table in ("patrons", "role_grants"):
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def close_walls(dialect: str) -> None:
    for table in (*SEALED, *TRAIL):
        if dialect == "postgresql":
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only_{table}")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            continue
        wanted = (f"TRIGGER append_only_{table}_update ", f"TRIGGER wall_{table}_update ")
        # the last one made speaks first
        for statement in (
            *wall_statements(table, dialect),
            *append_only_statements(table, dialect),
        ):
            if any(name in statement for name in wanted):
                op.execute(statement)
    if dialect == "postgresql":
        for table in ("patrons", "role_grants"):
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def table_of(table: str, **columns: Any) -> sa.TableClause:
    common = {"tenant_id": sa.Integer(), "personal": Json}
    return sa.table(table, *(sa.column(key, it) for key, it in (common | columns).items()))


PATRONS = table_of("patrons", id=sa.Uuid(), account_id=sa.Uuid())
GRANTS = table_of("role_grants", account_id=sa.Uuid(), role=sa.String())
KEYS = sa.table(
    "patron_keys", sa.column("tenant_id", sa.Integer()), sa.column("id", sa.Uuid()),
    sa.column("key", sa.String()), sa.column("pseudonym", sa.String()),
    sa.column("account_id", sa.Uuid()),
)  # fmt: skip
TRANSACTIONS = table_of(
    "audit_transactions", id=sa.BigInteger(), actor_id=sa.Uuid(), actor_label=sa.String(),
    actor_words=sa.String(), ip=sa.String(), user_agent=sa.String(),
)  # fmt: skip
ENTRIES = table_of(
    "audit_entries", transaction_id=sa.BigInteger(), position=sa.Integer(), action=sa.String(),
    subject_type=sa.String(), subject_id=sa.Uuid(), subject_label=sa.String(), words=sa.String(),
    data=Json,
)  # fmt: skip


def carry_over(connection: sa.Connection) -> None:
    tenants = connection.execute(sa.select(PATRONS.c.tenant_id).distinct()).scalars().all()
    others = connection.execute(sa.select(ENTRIES.c.tenant_id).distinct()).scalars().all()
    for tenant_id in sorted({*tenants, *others}):
        by_patron = make_keys(connection, tenant_id)
        by_account = {key.account_id: key for key in by_patron.values() if key.account_id}
        owners, addresses = owners_of(connection, tenant_id, by_patron, by_account)
        for name in SEALED:
            seal_versions(
                connection, tenant_id, name, by_account if name in BY_ACCOUNT else by_patron
            )
        rename_entries(connection, tenant_id, owners, addresses)
        rename_actors(connection, tenant_id, by_account)


def make_keys(connection: sa.Connection, tenant_id: int) -> dict[UUID, Key]:
    staff = sa.select(GRANTS.c.account_id).where(
        GRANTS.c.tenant_id == tenant_id, GRANTS.c.role != "patron"
    )
    work_here = set(connection.execute(staff).scalars())
    wanted = sa.select(PATRONS.c.id, PATRONS.c.account_id).where(PATRONS.c.tenant_id == tenant_id)
    made = {
        row.id: Key.new(row.id, None if row.account_id in work_here else row.account_id)
        for row in connection.execute(wanted)
    }
    rows = [
        {
            "tenant_id": tenant_id, "id": key.patron_id, "key": key.secret.hex(),
            "pseudonym": key.pseudonym, "account_id": key.account_id,
        }
        for key in made.values()
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(KEYS), rows)
    return made


def version_table(name: str) -> sa.TableClause:
    whose, columns = SEALED[name]
    texts = {column: sa.String() for column in columns}
    ids = {"id": sa.Uuid(), "transaction_id": sa.BigInteger(), whose: sa.Uuid()}
    return table_of(name, **(texts | ids))


def chunks(
    connection: sa.Connection, table: sa.TableClause, keys: Sequence[str], *where: Any
) -> Iterator[Sequence[sa.Row[Any]]]:
    """Whole chunks, because the rows change while they are walked through."""
    columns = sa.tuple_(*(table.c[key] for key in keys))
    last: tuple[Any, ...] | None = None
    while True:
        wanted = sa.select(table).where(*where).order_by(*columns.clauses).limit(AT_ONCE)
        if last is not None:
            wanted = wanted.where(columns > sa.tuple_(*last_values(table, keys, last)))
        found = connection.execute(wanted).all()
        if not found:
            return
        last = tuple(getattr(found[-1], key) for key in keys)
        yield found


def last_values(table: sa.TableClause, keys: Sequence[str], last: tuple[Any, ...]) -> list[Any]:
    return [sa.literal(value, table.c[key].type) for key, value in zip(keys, last, strict=True)]


def change(
    connection: sa.Connection, table: sa.TableClause, row: sa.Row[Any], keys: Sequence[str],
    values: dict[str, Any],
) -> None:  # fmt: skip
    which = [table.c[key] == getattr(row, key) for key in ("tenant_id", *keys)]
    connection.execute(sa.update(table).where(*which).values(**values))


def owners_of(
    connection: sa.Connection, tenant_id: int, by_patron: Keys, by_account: Keys
) -> tuple[dict[UUID, Key], dict[str, Key]]:
    """Whose each record is, and each e-mail address, before history is sealed."""
    owners, addresses = {**by_patron, **by_account}, {}
    for name, keys in ((name, by_account if name in BY_ACCOUNT else by_patron) for name in SEALED):
        table, (whose, columns) = version_table(name), SEALED[name]
        for rows in chunks(
            connection, table, ("id", "transaction_id"), table.c.tenant_id == tenant_id
        ):
            for row in rows:
                if key := keys.get(getattr(row, whose)):
                    owners[row.id] = key
                    if "email" in columns and row.email:
                        addresses[row.email.lower()] = key
    return owners, addresses


def seal_versions(connection: sa.Connection, tenant_id: int, name: str, keys: Keys) -> None:
    table, (whose, columns) = version_table(name), SEALED[name]
    where = (table.c.tenant_id == tenant_id, table.c[whose].is_not(None))
    for rows in chunks(connection, table, ("id", "transaction_id"), *where):
        for row in rows:
            if key := keys.get(getattr(row, whose)):
                kept = {it: getattr(row, it) for it in columns if getattr(row, it)}
                values = {**dict.fromkeys(kept), "personal": key.seal(name, kept)}
                change(connection, table, row, ("id", "transaction_id"), values)


def rename_entries(
    connection: sa.Connection, tenant_id: int, owners: Keys, addresses: Mapping[str, Key]
) -> None:
    keys = ("transaction_id", "position")
    for rows in chunks(connection, ENTRIES, keys, ENTRIES.c.tenant_id == tenant_id):
        for row in rows:
            if values := renamed(row, owners, addresses):
                change(connection, ENTRIES, row, keys, values)


def renamed(row: sa.Row[Any], owners: Keys, addresses: Mapping[str, Key]) -> dict[str, Any] | None:
    data, email = dict(row.data or {}), str((row.data or {}).get("email", ""))
    key = owners.get(row.subject_id) or addresses.get(email.lower())
    if row.action == "auth.reset_asked" or (row.action == "auth.login_failed" and not key):
        shown = masked(email)
        words = row.words.replace(fold(email), fold(shown))
        return {"subject_label": shown, "data": {**data, "email": shown}, "words": words}
    if key is None:
        return None
    sealed, said = {}, {}
    if row.subject_type != "loan":
        said[row.subject_label] = key.name
    for field in ("patron", "email"):
        if data.get(field):
            said[data[field]] = data[field] = key.name
    if row.action.startswith("block.") and data.get("reason"):
        sealed["reason"] = data["reason"]
        said[data["reason"]] = data["reason"] = HIDDEN
    label = said.get(row.subject_label, row.subject_label)
    words = row.words
    for before, after in said.items():
        words = words.replace(fold(before), fold(after))
    if fold(key.name) not in words:
        words = f"{words} {fold(key.name)}"
    return {
        "subject_label": label, "words": words, "data": data if row.data is not None else None,
        "personal": key.seal("audit_entries", sealed) if sealed else None,
    }  # fmt: skip


def rename_actors(connection: sa.Connection, tenant_id: int, by_account: Keys) -> None:
    where = (TRANSACTIONS.c.tenant_id == tenant_id, TRANSACTIONS.c.actor_id.is_not(None))
    for rows in chunks(connection, TRANSACTIONS, ("id",), *where):
        for row in rows:
            if key := by_account.get(row.actor_id):
                kept = {it: getattr(row, it) for it in ("actor_label", "ip", "user_agent")}
                kept = {it: value for it, value in kept.items() if value}
                values = {
                    **dict.fromkeys(kept, HIDDEN),
                    "actor_label": key.name, "actor_words": fold(key.name),
                    "personal": key.seal("audit_transactions", kept),
                }  # fmt: skip
                change(connection, TRANSACTIONS, row, ("id",), values)
