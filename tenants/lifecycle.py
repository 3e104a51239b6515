"""The life of an organisation (DOMAIN 4.13), as a table: which act leads from where to where."""

from enum import StrEnum


class Status(StrEnum):
    PROVISIONING = "provisioning"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    PURGED = "purged"


class Act(StrEnum):
    OPEN = "open"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    PURGE = "purge"


STEPS: dict[Act, dict[Status, frozenset[Status]]] = {
    Act.OPEN: {Status.PROVISIONING: frozenset({Status.ACTIVE})},
    Act.SUSPEND: {Status.ACTIVE: frozenset({Status.SUSPENDED})},
    Act.RESUME: {Status.SUSPENDED: frozenset({Status.ACTIVE})},
    Act.CLOSE: {
        Status.ACTIVE: frozenset({Status.CLOSING}),
        Status.SUSPENDED: frozenset({Status.CLOSING}),
    },
    # Back to what it was: closing and reopening must not lift a suspension.
    Act.REOPEN: {Status.CLOSING: frozenset({Status.ACTIVE, Status.SUSPENDED})},
    Act.PURGE: {Status.CLOSING: frozenset({Status.PURGED})},
}
SERVING = frozenset({Status.ACTIVE, Status.SUSPENDED, Status.CLOSING})
WRITING = frozenset({Status.ACTIVE, Status.PROVISIONING})
DONE = {
    Act.OPEN: "opened",
    Act.SUSPEND: "suspended",
    Act.RESUME: "resumed",
    Act.CLOSE: "closed",
    Act.REOPEN: "reopened",
    Act.PURGE: "purged",
}


class IllegalAct(Exception):
    """The sentence says what can be done instead."""

    def __init__(self, present: Status, wanted: Act) -> None:
        allowed = ", ".join(DONE[act] for act, steps in STEPS.items() if present in steps)
        super().__init__(
            f"an organisation that is {present} cannot be {DONE[wanted]}"
            + (f"; it can be {allowed}" if allowed else "")
        )


def refuse_illegal(act: Act, present: Status) -> None:
    """Raises IllegalAct."""
    if present not in STEPS[act]:
        raise IllegalAct(present, act)
