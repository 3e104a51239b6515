"""The states of an item at the desk (DOMAIN 4.3), as a table. Nothing else writes `Item.status`.

A state that a move does not name stays as it is.
"""

from collections.abc import Mapping
from enum import StrEnum

from stackroom.catalogue.models import ItemStatus


class Move(StrEnum):
    CHECK_OUT = "check_out"
    CHECK_IN_AT_HOME = "check_in_at_home"
    CHECK_IN_ELSEWHERE = "check_in_elsewhere"


FOUND = (
    ItemStatus.CHECKED_OUT,
    ItemStatus.CLAIMED_RETURNED,
    ItemStatus.LOST_DECLARED,
    ItemStatus.LOST_AGED,
    ItemStatus.LOST_PAID,
    ItemStatus.MISSING,
    ItemStatus.WITHDRAWN,
    ItemStatus.IN_TRANSIT,
    ItemStatus.AVAILABLE,
)
"""What a check-in brings back to where it belongs."""

LENDABLE = (
    ItemStatus.AVAILABLE,
    ItemStatus.IN_PROCESS,
    ItemStatus.PAGED,
    ItemStatus.AWAITING_PICKUP,
    ItemStatus.IN_TRANSIT,
)
OVERRIDABLE = (
    ItemStatus.ON_ORDER,
    ItemStatus.CLAIMED_RETURNED,
    ItemStatus.LOST_DECLARED,
    ItemStatus.LOST_AGED,
    ItemStatus.LOST_PAID,
    ItemStatus.MISSING,
    ItemStatus.WITHDRAWN,
)
"""Lent only against a rule, with a reason: the item is in the reader's hand after all."""

TRANSITIONS: Mapping[Move, Mapping[ItemStatus, ItemStatus]] = {
    Move.CHECK_OUT: dict.fromkeys((*LENDABLE, *OVERRIDABLE), ItemStatus.CHECKED_OUT),
    Move.CHECK_IN_AT_HOME: dict.fromkeys(FOUND, ItemStatus.AVAILABLE),
    Move.CHECK_IN_ELSEWHERE: dict.fromkeys(FOUND, ItemStatus.IN_TRANSIT),
}


def after(status: ItemStatus, move: Move) -> ItemStatus:
    return TRANSITIONS[move].get(status, status)
