"""A week before a key runs out, the admins are told."""

from datetime import timedelta

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.core.features import Chore
from stackroom.staff.keys import events, notices
from stackroom.staff.keys.models import SOON, ApiKey
from stackroom.web.times import local_time


def warn() -> None:
    """Once of each key. One that is replaced already ends on purpose."""
    with transaction():
        for key in db.session.scalars(_ending().with_for_update(of=ApiKey)).all():
            key.warned_at = clock.now()
            notices.tell_admins(key)
            record(events.EXPIRING, key, until=local_time(key.expires_at))


def _ending() -> sa.Select[ApiKey]:
    now = clock.now()
    return sa.select(ApiKey).where(
        ApiKey.expires_at > now,
        ApiKey.expires_at <= now + SOON,
        ApiKey.revoked_at.is_(None),
        ApiKey.replaced_at.is_(None),
        ApiKey.warned_at.is_(None),
    )


WARN = Chore("keys.warn", timedelta(hours=12), warn)
