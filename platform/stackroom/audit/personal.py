"""Reading what history keeps sealed of patrons: for those who may reveal it, and for restoring."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry, AuditTransaction, PatronKey
from stackroom.audit.pseudonyms import ERASED_ACTION, Key
from stackroom.audit.versioning import version_of
from stackroom.core.database import db
from stackroom.core.errors import Gone
from stackroom.web.times import local_time


class Destroyed(Gone):
    code, title = "personal_data_destroyed", "The patron was erased"

    def __init__(self, pseudonym: str, at: str) -> None:
        whose = f"Patron {pseudonym}" if pseudonym else "this patron"
        when = f" on {at}" if at else ""
        super().__init__(
            f"The key of {whose} was destroyed{when}: nobody can read these values again."
        )


def opened(model: type[Any], document: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a version's `personal` seals, by column. Raises Destroyed."""
    if document is None:
        return {}
    table: sa.Table = version_of(model).__table__
    values = key_of(document["of"]).open(table.name, document)
    return {name: _typed(table.c[name], value) for name, value in values.items()}


def _typed(column: sa.Column[Any], value: Any) -> Any:
    return UUID(value) if isinstance(column.type, sa.Uuid) else value


def key_of(pseudonym: str) -> Key:
    """Raises Destroyed."""
    row = db.session.scalar(sa.select(PatronKey).where(PatronKey.pseudonym == pseudonym))
    if row is None or not pseudonym:
        raise Destroyed(pseudonym, destroyed_at(pseudonym))
    return Key.of_row(row)


def key_of_patron(patron_id: UUID) -> Key | None:
    """None once they are erased."""
    row = db.session.scalar(sa.select(PatronKey).where(PatronKey.id == patron_id))
    return Key.of_row(row) if row else None


def destroyed_at(pseudonym: str) -> str:
    """In words; empty where the trail does not know."""
    at = db.session.scalar(
        sa.select(AuditTransaction.at)
        .join(AuditEntry, AuditEntry.transaction_id == AuditTransaction.id)
        .where(AuditEntry.action == ERASED_ACTION)
        .where(AuditEntry.subject_label == f"Patron {pseudonym}")
    )
    return local_time(at) if at else ""


def joins_staff(account_id: UUID) -> None:
    """From now on whoever has this sign-in acts in their own name, also if they were a patron."""
    linked = sa.update(PatronKey).where(PatronKey.account_id == account_id)
    db.session.execute(linked.values(account_id=None))
