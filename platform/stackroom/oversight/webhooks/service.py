"""Webhooks as admins set them up. `courier` delivers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import Invalid, NotFound
from stackroom.core.outbound import Outbound, Unreachable
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.core.sealing import Seal
from stackroom.oversight.webhooks import events, signing
from stackroom.oversight.webhooks.errors import TooManyWebhooks, WebhookNameTaken
from stackroom.oversight.webhooks.models import Attempt, Delivery, Outcome, Queued, State, Webhook
from stackroom.oversight.webhooks.schemas import WebhookIn
from stackroom.web.times import local_time

AT_MOST = 10
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is needed of the running app."""

    outbound: Outbound
    seal: Seal


@dataclass(frozen=True, slots=True)
class Made:
    """`secret`: to be shown once."""

    webhook: Webhook
    secret: str


def webhooks(query: PageQuery) -> Page[Webhook]:
    return paginate(db.session(), sa.select(Webhook).order_by(Webhook.name, Webhook.id), query)


def webhook(webhook_id: UUID) -> Webhook:
    """Raises NotFound."""
    return _one(sa.select(Webhook).where(Webhook.id == webhook_id))


def _held(webhook_id: UUID) -> Webhook:
    """Locked until the transaction ends."""
    return _one(sa.select(Webhook).where(Webhook.id == webhook_id).with_for_update(key_share=True))


def _one(statement: sa.Select[Webhook]) -> Webhook:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def add(given: WebhookIn, terms: Terms) -> Made:
    """Raises Invalid (url), TooManyWebhooks or WebhookNameTaken."""
    refuse_address(given.url, terms)
    if (db.session.scalar(sa.select(sa.func.count()).select_from(Webhook)) or 0) >= AT_MOST:
        raise TooManyWebhooks
    secret = signing.new_secret()
    made = Webhook(id=uuid7(), sealed_secret=terms.seal.close(secret), **given.model_dump())
    db.session.add(made)
    _flush()
    record(events.ADDED, made, host=_host(made), after=_told(made))
    return Made(made, secret)


def change(webhook_id: UUID, terms: Terms, **given: Any) -> Webhook:
    """`given`: columns. Raises NotFound, Invalid (url) or WebhookNameTaken."""
    found = _held(webhook_id)
    if "url" in given:
        refuse_address(given["url"], terms)
    before = _told(found)
    for name, value in given.items():
        setattr(found, name, value)
    _flush()
    after = _told(found)
    fields = [name for name, value in after.items() if before[name] != value]
    if fields:
        record(events.CHANGED, found, fields=", ".join(fields), before=before, after=after)
    return found


def pause(webhook_id: UUID) -> Webhook:
    """What happens meanwhile waits. Raises NotFound."""
    found = _held(webhook_id)
    if found.state is not State.PAUSED:
        found.state, found.why = State.PAUSED, BY_HAND
        record(events.PAUSED, found, why=BY_HAND)
    return found


def resume(webhook_id: UUID) -> Webhook:
    """What waits is tried at once, as if for the first time. Raises NotFound."""
    found = _held(webhook_id)
    if found.state is State.PAUSED:
        found.state, found.why, found.failing_since = State.ON, "", None
        db.session.execute(
            sa.update(Delivery)
            .where(Delivery.webhook_id == found.id, Delivery.outcome == Outcome.PENDING)
            .values(attempts=0, first_tried_at=None, next_at=clock.now())
        )
        record(events.RESUMED, found)
    return found


def replace_secret(webhook_id: UUID, terms: Terms, *, overlap: timedelta) -> Made:
    """Until the overlap is over both secrets sign. Raises NotFound."""
    found, secret = _held(webhook_id), signing.new_secret()
    found.previous_secret, found.previous_until = found.sealed_secret, clock.now() + overlap
    found.sealed_secret = terms.seal.close(secret)
    record(events.SECRET_REPLACED, found, until=local_time(found.previous_until))
    return Made(found, secret)


def remove(webhook_id: UUID) -> None:
    """With what waits for it, and what is kept of its deliveries. Raises NotFound."""
    found = _held(webhook_id)
    record(events.REMOVED, found, before=_told(found))
    mine = sa.select(Delivery.id).where(Delivery.webhook_id == found.id)
    for each in (
        sa.delete(Attempt).where(Attempt.delivery_id.in_(mine)),
        sa.delete(Delivery).where(Delivery.webhook_id == found.id),
        sa.delete(Queued).where(Queued.webhook_id == found.id),
    ):
        db.session.execute(each, execution_options={"synchronize_session": False})
    db.session.delete(found)


def refuse_address(url: str, terms: Terms) -> None:
    """Whether it leads to a private place is judged anew with each message, for names move.
    Raises Invalid."""
    try:
        terms.outbound.checked(url)
    except Unreachable as error:
        raise Invalid.field("url", f"The address cannot be used: {error}.") from None


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise WebhookNameTaken from None


def _host(found: Webhook) -> str:
    """A path and a query may hold a token of the receiver's."""
    return urlsplit(found.url).netloc


def _told(found: Webhook) -> dict[str, Any]:
    return {
        "name": found.name, "host": _host(found), "actions": found.actions,
        "format": found.format.value, "with_values": found.with_values,
    }  # fmt: skip
