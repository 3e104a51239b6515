"""Taking a patron's sign-in out of the world."""

from typing import Any

import sqlalchemy as sa

from stackroom.core import idempotency
from stackroom.core.database import db
from stackroom.staff import sign_in
from stackroom.staff.models import Account
from stackroom.staff.security import doors
from stackroom.staff.sso.models import SsoIdentity
from tenants.orm import Base, Ledger


def erase(account: Account, name: str) -> None:
    """The row stays, because history names its id; it is called `name` and opens to nobody. What
    hangs on it goes: sessions, factors, devices, links, identities elsewhere."""
    sign_in.close_sessions(account.id)
    for identity in db.session.scalars(
        sa.select(SsoIdentity).where(SsoIdentity.account_id == account.id)
    ):
        db.session.delete(identity)
    for model in hanging_on_accounts():
        db.session.execute(sa.delete(model).where(model.account_id == account.id))
    idempotency.forget_caller(account.id)
    doors.open_all(account.email)
    account.name, account.email = name, f"{account.id.hex}@erased.invalid"
    account.password_hash, account.active = "", False


def hanging_on_accounts() -> list[Any]:
    """Classes of rows that are nothing without their account."""
    return [
        mapper.class_
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Ledger) and _refers_to_account(mapper.local_table)
    ]


def _refers_to_account(table: Any) -> bool:
    keys = table.c.account_id.foreign_keys if "account_id" in table.c else ()
    return any(key.column.table is Account.__table__ for key in keys)
