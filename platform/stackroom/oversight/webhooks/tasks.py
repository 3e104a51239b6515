"""What the worker does: each minute, when somebody waits at the page, and each day."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from stackroom.core.features import Chore
from stackroom.oversight.webhooks import courier
from stackroom.oversight.webhooks.forgetting import forget
from stackroom.oversight.webhooks.terms import terms


def deliver_all() -> None:
    courier.come_round(terms())


def deliver_one(_message_id: UUID, payload: Mapping[str, Any]) -> None:
    courier.deliver(UUID(payload["webhook_id"]), terms())


CHORES = (
    Chore("webhooks.deliver", timedelta(minutes=1), deliver_all),
    Chore("webhooks.forget", timedelta(days=1), forget),
)
