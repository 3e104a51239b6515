"""What the filters of the pages offer."""

from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from stackroom.audit.actions import known_actions, known_kinds
from stackroom.audit.versioning import versioned_models
from stackroom.audit.wording import called
from stackroom.core.actor import Channel
from stackroom.core.database import db

PERIODS = [("today", "Today"), ("7d", "The last 7 days"), ("30d", "The last 30 days")]
ONLY = [("events", "Events alone"), ("changes", "Changes of records alone")]


def offered() -> dict[str, Any]:
    actions = known_actions()
    groups = sorted({f"{action.partition('.')[0]}." for action in actions})
    return {
        "kinds": sorted(((kind, called(kind)) for kind in known_kinds()), key=itemgetter(1)),
        "actions": [*groups, *actions],
        "channels": [(channel.value, channel.value) for channel in Channel],
        "libraries": _libraries(),
        "periods": PERIODS,
        "only": ONLY,
    }


def _libraries() -> list[tuple[str, str]]:
    """By the table's name, for the trail lies below the feature."""
    model = next(each for each in versioned_models() if each.__tablename__ == "libraries")
    return [(str(row.id), row.label) for row in db.session.scalars(sa.select(model))]
