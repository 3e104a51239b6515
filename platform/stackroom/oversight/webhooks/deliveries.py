"""Deliveries as admins look at them, test and set them going again."""

from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.audit.filters import Filters
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, paginate
from stackroom.oversight.webhooks import events, payload, queue
from stackroom.oversight.webhooks.errors import DeliveryNotDead
from stackroom.oversight.webhooks.models import Attempt, Delivery, Kind, Outcome, Webhook
from stackroom.oversight.webhooks.schemas import DeliveryQuery, ReplayIn

DELIVER = "webhooks.deliver"


def deliveries(webhook: Webhook, query: DeliveryQuery) -> Page[Delivery]:
    """Latest first."""
    wanted = sa.select(Delivery).where(Delivery.webhook_id == webhook.id)
    if query.outcome:
        wanted = wanted.where(Delivery.outcome == query.outcome)
    return paginate(db.session(), wanted.order_by(Delivery.id.desc()), query)


def delivery(webhook: Webhook, delivery_id: UUID) -> Delivery:
    """Raises NotFound."""
    found = db.session.scalar(
        sa.select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook.id)
    )
    if found is None:
        raise NotFound
    return found


def attempts(found: Delivery) -> list[Attempt]:
    """Latest first."""
    tried = sa.select(Attempt).where(Attempt.delivery_id == found.id)
    return list(db.session.scalars(tried.order_by(Attempt.at.desc(), Attempt.id.desc())))


def test(webhook: Webhook) -> Delivery:
    """Tried once, whatever the webhook's state."""
    made = Delivery(
        id=uuid7(), webhook_id=webhook.id, kind=Kind.TEST, entries=payload.latest_entry()
    )
    db.session.add(made)
    record(events.TESTED, webhook, delivery=made.message_id)
    _wake(webhook)
    db.session.flush()  # the answer shows its defaults
    return made


def replay(webhook: Webhook, found: Delivery) -> Delivery:
    """Under the same id, so that a receiver that has it after all can tell. Raises
    DeliveryNotDead."""
    db.session.refresh(found, with_for_update=True)  # of two who ask at once, one is refused
    if found.outcome is not Outcome.DEAD:
        raise DeliveryNotDead
    found.outcome, found.attempts, found.why = Outcome.PENDING, 0, ""
    found.first_tried_at, found.ended_at, found.next_at = None, None, clock.now()
    record(events.REPLAYED, webhook, what=found.message_id)
    _wake(webhook)
    return found


def replay_span(webhook: Webhook, span: ReplayIn) -> int:
    """In new messages, whose entries keep their ids. Returns how many transactions were added."""
    added = queue.refill(webhook, Filters(since=span.since, until=span.until))
    until = f" to {span.until}" if span.until else ""
    record(events.REPLAYED, webhook, what=f"from {span.since}{until}", transactions=added)
    _wake(webhook)
    return added


def _wake(webhook: Webhook) -> None:
    """Somebody waits at the page; else the next round would do."""
    outbox.send(DELIVER, {"webhook_id": str(webhook.id)})
