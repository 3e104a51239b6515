"""What a message carries: of values only where the webhook asks, of patrons only pseudonyms."""

from typing import Any

import orjson
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.audit.telling import Entry, told
from stackroom.core.canonical import instant
from stackroom.core.database import db
from stackroom.oversight.exports import ocsf
from stackroom.oversight.exports.detail import Detail
from stackroom.oversight.webhooks.models import Delivery, Format, Kind, Webhook
from tenants import context

TYPES = {Kind.BATCH: "audit.entries", Kind.TEST: "audit.test"}


def body(webhook: Webhook, delivery: Delivery) -> str:
    """The same for each attempt."""
    detail, entries = Detail(webhook.with_values), _entries(delivery)
    if webhook.format is Format.OCSF:
        return _json([ocsf.event(entry, detail) for entry in entries])
    return _json(
        {
            "type": TYPES[delivery.kind],
            "timestamp": instant(delivery.made_at),
            "data": {
                "organisation": str(context.current().uuid),
                "entries": [detail.document(entry) for entry in entries],
            },
        }
    )


def _entries(delivery: Delivery) -> list[Entry]:
    places = [tuple(map(int, entry_id.split("-"))) for entry_id in delivery.entries]
    key = AuditEntry.transaction_id, AuditEntry.position
    wanted = sa.select(AuditEntry).where(sa.tuple_(*key).in_(places)).order_by(*key)
    return told(db.session.scalars(wanted).all())


def latest_entry() -> list[str]:
    """A test carries it: an entry that is really there."""
    newest = sa.select(AuditEntry).order_by(
        AuditEntry.transaction_id.desc(), AuditEntry.position.desc()
    )
    return [line.id for line in db.session.scalars(newest.limit(1))]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
