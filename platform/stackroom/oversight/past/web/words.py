"""What the pages call things."""

from stackroom.oversight.past.models import Act, Outcome, UndoStatus

KINDS = {"import": "Import", "undo": "Undo", "bulk": "Bulk operation"}
ACTS = {
    Act.RESTORE: "deleted, to come back",
    Act.SET_BACK: "changed, to be set back",
    Act.DELETE: "created, to be deleted",
}
OUTCOMES = {
    Outcome.WAITING: ("waits", "secondary"),
    Outcome.DONE: ("undone", "success"),
    Outcome.LEFT: ("left as it is", "warning"),
}
STATUSES = {
    UndoStatus.QUEUED: ("waits for its turn", "secondary"),
    UndoStatus.RUNNING: ("runs", "info"),
    UndoStatus.DONE: ("done", "success"),
    UndoStatus.STOPPED: ("stopped", "warning"),
    UndoStatus.FAILED: ("failed", "danger"),
}
