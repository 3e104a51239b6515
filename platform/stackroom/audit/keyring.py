"""The keys of those whom one transaction tells of, fetched in one statement as it ends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit import pseudonyms
from stackroom.audit.copying import parts
from stackroom.audit.models import PatronKey
from stackroom.audit.pseudonyms import ERASED, HIDDEN, NOBODY, NOTHING, Key, Whose
from tenants.wall import HISTORY

KEYS: sa.Table = PatronKey.__table__  # type: ignore[assignment]  # a mapped class has a Table


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of a patron: in `names` their name, in `seals` what only they and the
    staff should read. `named`: its subject is the patron, or goes by their name."""

    whose: Whose = NOBODY
    named: bool = False
    names: frozenset[str] = frozenset()
    seals: frozenset[str] = frozenset()


@dataclass(slots=True)
class Keyring:
    keys: dict[UUID, Key] = field(default_factory=dict)
    accounts: dict[UUID, Key] = field(default_factory=dict)

    def key(self, whose: Whose) -> Key | None:
        if whose.patron:
            return self.keys.get(whose.patron)
        return self.accounts.get(whose.account) if whose.account else None

    def name(self, whose: Whose) -> str:
        """Empty where it is no patron's."""
        if key := self.key(whose):
            return key.name
        return ERASED if whose.patron else ""

    def version(self, model: type[Any], values: Mapping[str, Any], history: str) -> dict[str, Any]:
        """The row as history keeps it. What would be sealed, and has no key, is left out."""
        told = pseudonyms.of(model)
        if told is None:
            return dict(values)
        whose = told.whose(values)
        if not self.name(whose):
            return {**values, "personal": None}
        kept = {name: values[name] for name in told.columns if values[name] not in (None, "")}
        key = self.key(whose)
        return {
            **values,
            **dict.fromkeys(kept),
            "personal": key.seal(history, kept) if key else dict(NOTHING),
        }

    def label(self, model: type[Any], values: Mapping[str, Any]) -> str:
        told = pseudonyms.of(model)
        name = self.name(told.whose(values)) if told and told.named else ""
        return name or pseudonyms.label_of(model, values)

    def words(self, model: type[Any], values: Mapping[str, Any], label: str) -> str:
        """A pseudonym finds also what only hangs on its patron."""
        told = pseudonyms.of(model)
        return f"{label} {self.name(told.whose(values))}" if told and not told.named else label

    def facts(
        self, told: Told, label: str, data: dict[str, Any], table: str
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """An event's label, its facts as everybody may read them, and what is sealed."""
        name = self.name(told.whose)
        if not name:
            return label, data, None
        kept = {fact: data[fact] for fact in told.seals if data.get(fact)}
        shown = {**data, **dict.fromkeys(kept, HIDDEN)}
        shown |= {fact: name for fact in told.names if fact in data}
        key = self.key(told.whose)
        sealed = key.seal(table, kept) if key and kept else None
        return name if told.named else label, shown, sealed


@dataclass(frozen=True, slots=True)
class Row:
    """A changed row. `replaced` holds the columns that were changed, as far as that is known."""

    model: type[Any]
    is_new: bool
    values: Mapping[str, Any]
    replaced: Mapping[str, Any]


def fetch(
    connection: sa.Connection, tenant_id: int, rows: Sequence[Row], others: Iterable[Whose]
) -> Keyring:
    """The keys of all whom `rows` and `others` name. Keys begin with the row that is the patron,
    and are linked to the sign-in which that row names."""
    told = [(row, it) for row in rows if (it := pseudonyms.of(row.model))]
    wanted = {it.whose(row.values) for row, it in told} | set(others) - {NOBODY}
    people = [row for row, it in told if it.is_the_person]
    found = _found(connection, tenant_id, wanted)
    keys = {key.patron_id: key for key in found}
    for row in people:
        _begin(connection, tenant_id, keys, row)
    return Keyring(keys, {key.account_id: key for key in keys.values() if key.account_id})


def _found(connection: sa.Connection, tenant_id: int, wanted: set[Whose]) -> Iterator[Key]:
    for column, ids in (
        (KEYS.c.id, {whose.patron for whose in wanted if whose.patron}),
        (KEYS.c.account_id, {whose.account for whose in wanted if whose.account}),
    ):
        for some in parts(sorted(ids)):
            asked = KEYS.select().where(KEYS.c.tenant_id == tenant_id, column.in_(some))
            for row in connection.execute(asked, execution_options=HISTORY):
                yield Key.of_row(row)


def _begin(connection: sa.Connection, tenant_id: int, keys: dict[UUID, Key], row: Row) -> None:
    patron_id, account_id = row.values["id"], row.values.get("account_id")
    if row.is_new and patron_id not in keys:
        key = keys[patron_id] = Key.new(patron_id, account_id)
        values = {"key": key.secret.hex(), "pseudonym": key.pseudonym, "account_id": account_id}
        added = KEYS.insert().values(tenant_id=tenant_id, id=patron_id, **values)
        connection.execute(added, execution_options=HISTORY)
    elif patron_id in keys and "account_id" in row.replaced:
        keys[patron_id] = replace(keys[patron_id], account_id=account_id)
        known = KEYS.update().where(KEYS.c.tenant_id == tenant_id, KEYS.c.id == patron_id)
        connection.execute(known.values(account_id=account_id), execution_options=HISTORY)
