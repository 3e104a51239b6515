"""The states of an organisation (DOMAIN 4.13), as a table."""

from enum import StrEnum


class Status(StrEnum):
    PROVISIONING = "provisioning"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    PURGED = "purged"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PROVISIONING: frozenset({Status.ACTIVE}),
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.CLOSING}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.CLOSING}),
    Status.CLOSING: frozenset({Status.ACTIVE, Status.PURGED}),
    Status.PURGED: frozenset(),
}
SERVING = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.CLOSING})
WRITING = frozenset({Status.ACTIVE, Status.PROVISIONING})


class IllegalTransition(Exception):
    def __init__(self, present: Status, wanted: Status) -> None:
        allowed = ", ".join(sorted(TRANSITIONS[present])) or "nothing"
        super().__init__(f"an organisation that is {present} can become {allowed}, not {wanted}")


def step(present: Status, wanted: Status) -> Status:
    if wanted not in TRANSITIONS[present]:
        raise IllegalTransition(present, wanted)
    return wanted
