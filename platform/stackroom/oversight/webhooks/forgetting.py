"""What is kept of deliveries goes after thirty days, and so does what a paused webhook has not
taken by then; a replay of the span still brings it."""

from datetime import timedelta

import sqlalchemy as sa

from stackroom.audit import ids
from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.oversight.webhooks import events
from stackroom.oversight.webhooks.models import Attempt, Delivery, Queued, State, Webhook

KEPT_FOR = timedelta(days=30)


def forget() -> None:
    over = clock.now() - KEPT_FOR
    with transaction():
        ended = sa.select(Delivery.id).where(Delivery.ended_at < over)
        _delete(sa.delete(Attempt).where(sa.or_(Attempt.at < over, Attempt.delivery_id.in_(ended))))
        _delete(sa.delete(Delivery).where(Delivery.ended_at < over))
        # a write beside the deletion of a webhook may have queued for it
        _delete(sa.delete(Queued).where(Queued.webhook_id.not_in(sa.select(Webhook.id))))
        paused = sa.select(Webhook).where(Webhook.state == State.PAUSED)
        for webhook in db.session.scalars(paused).all():
            _let_go(webhook)


def _let_go(webhook: Webhook) -> None:
    oldest = ids.first(clock.now() - KEPT_FOR)
    count = _delete(
        sa.delete(Queued).where(Queued.webhook_id == webhook.id, Queued.transaction_id < oldest)
    )
    if count:
        record(events.LET_GO, webhook, count=count)


def _delete(statement: sa.Delete) -> int:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows
