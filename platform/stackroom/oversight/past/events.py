from stackroom.audit.events import declare

RESTORED = declare(
    "record.restored", "record", "restored the {kind} {subject} as it was on {was_at}"
)
_COUNTS = "{done:record|records} set back, {left} left as they were"

UNDO_STARTED = declare("batch.undo_started", "undo", "began to undo {subject}")
UNDONE = declare("batch.undone", "undo", f"undid {{subject}}: {_COUNTS}")
UNDO_STOPPED = declare(
    "batch.undo_stopped", "undo", f"stopped undoing {{subject}}: {{why}} {_COUNTS}"
)
UNDO_RESUMED = declare("batch.undo_resumed", "undo", "resumed the undoing of {subject}")
