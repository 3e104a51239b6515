"""Takes messages to receivers: at least once, in order, with patience.

Each message is claimed, sent and settled in turn, and no transaction is open while it is sent. A
worker that dies between sending and settling leaves the claim to run out: the message goes once
more, under the same id. While a message of the trail has not arrived, none is made after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.oversight.webhooks import events, notices, patience, payload, queue, signing
from stackroom.oversight.webhooks.answers import Said, post
from stackroom.oversight.webhooks.models import Attempt, Delivery, Kind, Outcome, State, Webhook
from stackroom.oversight.webhooks.service import Terms
from tenants import context

log = structlog.get_logger()
CLAIM_FOR = timedelta(minutes=5)
AT_ONCE = 100
"""Messages to one receiver in one round."""
BROKE = "something broke on our side; it has been recorded"
GONE = "it answered that it is gone (410)"
TOO_LONG = "nothing has arrived for three days"


def come_round(terms: Terms) -> None:
    """A chore: to each receiver what is due, until it fails or has it all."""
    with transaction():
        known = list(db.session.scalars(sa.select(Webhook.id).order_by(Webhook.id)))
    for webhook_id in known:
        deliver(webhook_id, terms)


def deliver(webhook_id: UUID, terms: Terms) -> None:
    for _ in range(AT_ONCE):
        claimed = _claim(webhook_id)
        if claimed is None or not _send(claimed, terms):
            return


def _claim(webhook_id: UUID) -> UUID | None:
    """A message that no second worker takes meanwhile."""
    with transaction():
        webhook = db.session.scalar(
            sa.select(Webhook)
            .where(Webhook.id == webhook_id)
            .with_for_update(key_share=True, skip_locked=True)
        )
        found = _due(webhook) if webhook else None
        if found is None:
            return None
        found.attempts += 1
        found.first_tried_at = found.first_tried_at or clock.now()
        found.next_at = clock.now() + CLAIM_FOR
        return found.id


def _due(webhook: Webhook) -> Delivery | None:
    pending = sa.select(Delivery).where(
        Delivery.webhook_id == webhook.id, Delivery.outcome == Outcome.PENDING
    )
    if webhook.state is State.PAUSED:
        pending = pending.where(Delivery.kind == Kind.TEST)
    due = pending.where(Delivery.next_at <= clock.now()).order_by(Delivery.id).limit(1)
    if found := db.session.scalar(due):
        return found
    held_up = pending.where(Delivery.kind == Kind.BATCH).limit(1)
    if webhook.state is State.PAUSED or db.session.scalar(held_up):
        return None
    return queue.next_batch(webhook)


@dataclass(frozen=True, slots=True)
class Message:
    url: str
    body: str
    headers: dict[str, str]


def _send(delivery_id: UUID, terms: Terms) -> bool:
    """Whether it has arrived."""
    try:
        message = _message(delivery_id, terms)
    except Exception:
        log.exception("webhook_message_failed", delivery_id=str(delivery_id))
        return _settle(delivery_id, Said(None, BROKE, 0))
    return _settle(delivery_id, post(terms.outbound, message.url, message.body, message.headers))


def _message(delivery_id: UUID, terms: Terms) -> Message:
    with transaction():
        found = db.session.get_one(Delivery, _key(delivery_id))
        webhook = db.session.get_one(Webhook, _key(found.webhook_id))
        body = payload.body(webhook, found)
        signers = [terms.seal.open(sealed) for sealed in _sealed(webhook, clock.now())]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Stackroom-Webhooks",
            **signing.headers(found.message_id, clock.now(), body, signers),
        }
        return Message(webhook.url, body, headers)


def _sealed(webhook: Webhook, now: datetime) -> list[str]:
    overlaps = webhook.previous_until is not None and now < webhook.previous_until
    return [webhook.sealed_secret, *([webhook.previous_secret] if overlaps else [])]


def _settle(delivery_id: UUID, said: Said) -> bool:
    with transaction():
        found = db.session.get(Delivery, _key(delivery_id))
        if found is None:  # the webhook was removed meanwhile
            return False
        db.session.add(
            Attempt(
                delivery_id=found.id, status=said.status, why=said.why,
                milliseconds=said.milliseconds, answer=said.answer,
            )
        )  # fmt: skip
        webhook = _locked(found.webhook_id)
        if said.arrived:
            _arrived(webhook, found)
        else:
            _failed(webhook, found, said)
        return said.arrived


def _locked(webhook_id: UUID) -> Webhook:
    """As those who pause, resume or remove it lock it, before they touch its deliveries."""
    wanted = sa.select(Webhook).where(Webhook.id == webhook_id)
    return db.session.scalars(
        wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()


def _arrived(webhook: Webhook, found: Delivery) -> None:
    _end(found, Outcome.DELIVERED, "")
    if webhook.state is State.FAILING and found.kind is Kind.BATCH:
        webhook.state, webhook.failing_since, webhook.why = State.ON, None, ""
        record(events.RECOVERED, webhook)


def _failed(webhook: Webhook, found: Delivery, said: Said) -> None:
    now = clock.now()
    found.why = said.why
    if found.kind is Kind.TEST:
        _end(found, Outcome.DEAD, said.why)
        return
    if webhook.state is State.ON:
        webhook.state, webhook.failing_since = State.FAILING, now
        record(events.FAILING, webhook, why=said.why)
    webhook.why = said.why
    if said.is_gone:
        _pause(webhook, GONE)
    if patience.is_spent(found.first_tried_at, now) and not said.is_gone:
        _end(found, Outcome.DEAD, said.why)
        record(events.GAVE_UP, webhook, attempts=found.attempts, why=said.why)
    else:
        found.next_at = now + patience.pause(found.attempts)
    if patience.has_failed_for_days(webhook.failing_since, now):
        _pause(webhook, TOO_LONG)


def _pause(webhook: Webhook, why: str) -> None:
    if webhook.state is State.PAUSED:
        return
    webhook.state, webhook.why = State.PAUSED, why
    record(events.PAUSED, webhook, why=why)
    notices.tell_admins(webhook)


def _end(found: Delivery, outcome: Outcome, why: str) -> None:
    found.outcome, found.why, found.ended_at = outcome, why, clock.now()


def _key(row_id: UUID) -> tuple[int, UUID]:
    return context.current().id, row_id
