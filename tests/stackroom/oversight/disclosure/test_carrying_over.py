"""History from before the keys is sealed as well, on the way to them (migration 0025)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from uuid_utils.compat import uuid7

from stackroom.audit.pseudonyms import Key
from stackroom.core import migrations
from stackroom.testing import databases
from tenants.columns import UtcDateTime
from tenants.orm import Base

BEFORE, TENANT = "0018", 7
AT = datetime(2026, 3, 28, 12, tzinfo=UTC)
BLANKS: dict[type, Any] = {sa.String: "", sa.Integer: 0, sa.Boolean: False, UtcDateTime: AT}


@dataclass
class Old:
    """A database as it was, with the rows of one organisation."""

    engine: sa.Engine

    def put(self, connection: sa.Connection, into: str, **values: Any) -> None:
        table = Base.metadata.tables[into]
        there = {column["name"] for column in sa.inspect(connection).get_columns(into)}
        blank = {
            column.name: uuid7() if isinstance(column.type, sa.Uuid) else _blank(column)
            for column in table.c
            if column.name in there and not column.nullable and column.name not in values
        }
        connection.execute(table.insert(), {**blank, **values, "tenant_id": TENANT})

    def rows(self, name: str) -> list[Any]:
        with self.engine.connect() as connection:
            _enter(connection)
            return list(connection.execute(Base.metadata.tables[name].select()))


def _blank(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return []
    if isinstance(column.type, sa.Enum):
        return next(iter(column.type.enum_class or ()))
    return next(value for kind, value in BLANKS.items() if isinstance(column.type, kind))


def _enter(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT set_config('app.tenant', '{TENANT}', false)")
    else:
        raw: Any = connection.connection.driver_connection
        for name, answer in (("current_tenant", TENANT), ("purging_tenant", None)):
            raw.create_function(name, 0, lambda answer=answer: answer)


READER, ACCOUNT, BLOCK, LOAN, ITEM = (uuid7() for _ in range(5))
PLAIN = {
    "barcode": "C-1", "name": "Bea Quagga", "sort_name": "quagga, bea", "email": "bea@x.example",
    "phone": "77", "note": "reads a lot",
}  # fmt: skip


@pytest.fixture(scope="module")
def old(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    with databases.empty(dialect, tmp_path_factory.mktemp("old")) as made:
        engine = migrations.owner_engine(made.owner_url)
        _upgrade(engine, BEFORE)
        found = Old(engine)
        with engine.begin() as connection:
            _enter(connection)
            fill(found, connection)
        _upgrade(engine, "0025")
        yield found
        engine.dispose()


def _upgrade(engine: sa.Engine, revision: str) -> None:
    config = migrations.configuration()
    with engine.begin() as connection:
        config.attributes.update(connection=connection, app_role=None)
        command.upgrade(config, revision)


def fill(old: Old, connection: sa.Connection) -> None:
    library, category = uuid7(), uuid7()
    old.put(connection, "libraries", id=library, code="main")
    old.put(connection, "patron_categories", id=category, code="adult")
    old.put(connection, "accounts", id=ACCOUNT, email=PLAIN["email"], name=PLAIN["name"])
    old.put(connection, "role_grants", account_id=ACCOUNT, role="patron", origin="hand")
    old.put(
        connection, "patrons", id=READER, category_id=category, home_library_id=library,
        account_id=ACCOUNT, **PLAIN,
    )  # fmt: skip
    for number, facts in enumerate(({}, {"phone": "78"}), start=1):
        old.put(connection, "patrons_version", id=READER, transaction_id=number, **PLAIN | facts)
    about = {"transaction_id": 1}
    old.put(connection, "accounts_version", id=ACCOUNT, email="bea@x.example", name="Bea", **about)
    old.put(connection, "accounts_version", id=ITEM, email="anna@x.example", name="Anna", **about)
    old.put(connection, "patron_blocks_version", id=BLOCK, patron_id=READER, reason="lost", **about)
    old.put(connection, "loans_version", id=LOAN, patron_id=READER, **about)
    for number, actor in ((1, ACCOUNT), (2, ITEM)):
        old.put(
            connection, "audit_transactions", id=number, actor_id=actor, actor_label="Bea Quagga",
            actor_words="bea quagga", ip="192.0.2.7", user_agent="curl",
        )  # fmt: skip
    lines: list[dict[str, Any]] = [
        {"action": "patron.created", "subject_type": "patron", "subject_id": READER,
         "subject_label": "Bea Quagga", "words": "bea quagga", "data": None},
        {"action": "loan.checked_out", "subject_type": "loan", "subject_id": LOAN,
         "subject_label": "Kalevala", "words": "lent kalevala to bea quagga",
         "data": {"patron": "Bea Quagga", "due": "soon"}},
        {"action": "block.added", "subject_type": "patron", "subject_id": READER,
         "subject_label": "Bea Quagga", "words": "blocked bea quagga: lost",
         "data": {"reason": "lost"}},
        {"action": "auth.login_failed", "subject_type": "account", "subject_id": None,
         "subject_label": "bea@x.example", "words": "could not sign in as bea@x.example",
         "data": {"email": "bea@x.example"}},
        {"action": "auth.login_failed", "subject_type": "account", "subject_id": None,
         "subject_label": "eve@x.example", "words": "could not sign in as eve@x.example",
         "data": {"email": "eve@x.example"}},
        {"action": "item.created", "subject_type": "item", "subject_id": ITEM,
         "subject_label": "B-1", "words": "b-1", "data": None},
    ]  # fmt: skip
    for place, line in enumerate(lines):
        old.put(connection, "audit_entries", transaction_id=1, position=place, **line)


@pytest.fixture
def key(old: Old) -> Key:
    (row,) = old.rows("patron_keys")
    return Key.of_row(row)


def test_versions_open_with_the_key_alone(old: Old, key: Key) -> None:
    first, second = sorted(old.rows("patrons_version"), key=lambda row: row.transaction_id)
    assert {getattr(first, name) for name in PLAIN} == {None}
    assert key.open("patrons_version", first.personal) == PLAIN
    assert key.open("patrons_version", second.personal) == PLAIN | {"phone": "78"}
    changed = first.personal["values"].items() ^ second.personal["values"].items()
    assert {name for name, _ in changed} == {"phone"}
    (block,) = old.rows("patron_blocks_version")
    assert key.open("patron_blocks_version", block.personal) == {"reason": "lost"}
    (loan,) = old.rows("loans_version")
    assert loan.patron_id is None
    assert key.open("loans_version", loan.personal) == {"patron_id": str(READER)}


def test_colleagues_stay_readable(old: Old, key: Key) -> None:
    by_id = {row.id: row for row in old.rows("accounts_version")}
    assert (by_id[ITEM].name, by_id[ITEM].personal) == ("Anna", None)
    assert (by_id[ACCOUNT].name, by_id[ACCOUNT].email) == (None, None)
    assert key.account_id == ACCOUNT


def test_lines_go_by_the_pseudonym(old: Old, key: Key) -> None:
    registered, lent, blocked, hers, unknown, other = sorted(
        old.rows("audit_entries"), key=lambda row: row.position
    )
    folded = key.name.lower()
    assert (registered.subject_label, registered.words) == (key.name, folded)
    assert (lent.subject_label, lent.data["patron"]) == ("Kalevala", key.name)
    assert lent.words == f"lent kalevala to {folded}"
    assert blocked.data == {"reason": "hidden"}
    assert key.open("audit_entries", blocked.personal) == {"reason": "lost"}
    assert blocked.words == f"blocked {folded}: hidden"
    assert (hers.subject_label, hers.data) == (key.name, {"email": key.name})
    assert (unknown.subject_label, unknown.data) == ("e…@x.example", {"email": "e…@x.example"})
    assert (other.subject_label, other.words) == ("B-1", "b-1")


def test_who_acted_is_sealed_where_it_was_a_patron(old: Old, key: Key) -> None:
    hers, colleagues = sorted(old.rows("audit_transactions"), key=lambda row: row.id)
    assert (hers.actor_label, hers.actor_words, hers.ip) == (key.name, key.name.lower(), "hidden")
    assert key.open("audit_transactions", hers.personal) == {
        "actor_label": "Bea Quagga", "ip": "192.0.2.7", "user_agent": "curl",
    }  # fmt: skip
    assert (colleagues.actor_label, colleagues.ip) == ("Bea Quagga", "192.0.2.7")


def test_history_is_closed_again(old: Old) -> None:
    for name in ("patrons_version", "loans_version", "audit_entries", "audit_transactions"):
        with old.engine.connect() as connection:
            _enter(connection)
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                connection.exec_driver_sql(f"UPDATE {name} SET personal = NULL")


def test_no_plain_value_is_left_in_a_free_page(old: Old, key: Key) -> None:
    if old.engine.dialect.name == "sqlite":
        held = Path(str(old.engine.url.database)).read_bytes()
        assert b"reads a lot" in held  # in the live row
        assert held.count(b"reads a lot") == 1
    assert key.name.startswith("Patron ")
