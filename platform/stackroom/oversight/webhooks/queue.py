"""What a webhook has not taken yet: a trigger fills it, a batch takes from it."""

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.filters import Filters
from stackroom.audit.models import AuditEntry
from stackroom.audit.narrowing import narrowed
from stackroom.core.database import db
from stackroom.oversight.webhooks.models import Delivery, Queued, Webhook
from tenants import context

AT_ONCE = 100
"""Entries in one message."""
LOOK = 500
"""Transactions that are looked through for one message; a filter may want none of them."""


def next_batch(webhook: Webhook) -> Delivery | None:
    """Made of the oldest that wait, which leave the queue in the same transaction."""
    while waiting := _waiting(webhook):
        found = _entries(webhook, [row.transaction_id for row in waiting])
        _take(waiting, found[AT_ONCE] if len(found) > AT_ONCE else None)
        if found:
            ids = [f"{transaction_id}-{position}" for transaction_id, position in found[:AT_ONCE]]
            made = Delivery(id=uuid7(), webhook_id=webhook.id, entries=ids)
            db.session.add(made)
            db.session.flush()  # whoever claims it reads its defaults
            return made
    return None


Place = tuple[int, int]
"""A transaction, and the position of an entry within it."""


def _waiting(webhook: Webhook) -> list[Queued]:
    mine = sa.select(Queued).where(Queued.webhook_id == webhook.id)
    return list(db.session.scalars(mine.order_by(Queued.transaction_id).limit(LOOK)))


def _entries(webhook: Webhook, transactions: list[int]) -> list[Place]:
    """One more than fits into a message, if there are so many."""
    wanted = (
        sa.select(AuditEntry.transaction_id, AuditEntry.position)
        .join(Queued, Queued.transaction_id == AuditEntry.transaction_id)
        .where(Queued.webhook_id == webhook.id, AuditEntry.position >= Queued.position)
        .where(AuditEntry.transaction_id.in_(transactions))
        .order_by(AuditEntry.transaction_id, AuditEntry.position)
        .limit(AT_ONCE + 1)
    )
    if webhook.actions:
        begins = (AuditEntry.action.startswith(each, autoescape=True) for each in webhook.actions)
        wanted = wanted.where(sa.or_(*begins))
    return [(transaction_id, position) for transaction_id, position in db.session.execute(wanted)]


def _take(waiting: list[Queued], left: Place | None) -> None:
    """By their ids and not by a range: one with a lower id may just have committed."""
    for row in waiting:
        if left is None or row.transaction_id < left[0]:
            db.session.delete(row)
        elif row.transaction_id == left[0]:
            row.position = left[1]
    db.session.flush()


def refill(webhook: Webhook, query: Filters) -> int:
    """Have all that `query` asks for sent again; what waits already is sent once. Returns how many
    transactions were added."""
    lines = narrowed(query).order_by(None)
    place = AuditEntry.tenant_id, AuditEntry.transaction_id
    waits = sa.exists().where(
        Queued.tenant_id == AuditEntry.tenant_id,
        Queued.webhook_id == webhook.id,
        Queued.transaction_id == AuditEntry.transaction_id,
    )
    # the wall cuts no SELECT inside an INSERT, so this one says itself whose rows it wants
    mine = lines.where(AuditEntry.tenant_id == context.current().id, ~waits)
    rows = mine.with_only_columns(
        place[0], sa.literal(webhook.id, sa.Uuid()), place[1], sa.literal(0)
    ).distinct()
    names = ["tenant_id", "webhook_id", "transaction_id", "position"]
    added = db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery()))
    db.session.execute(sa.insert(Queued).from_select(names, rows))
    return added or 0
