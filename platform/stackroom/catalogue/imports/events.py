from stackroom.audit.events import declare

_COUNTS = "{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected"

STARTED = declare("import.started", "import", "started the import of {subject}")
RESUMED = declare("import.resumed", "import", "resumed the import of {subject} after record {read}")
STOPPED = declare("import.stopped", "import", f"stopped the import of {{subject}}: {_COUNTS}")
FAILED = declare(
    "import.failed", "import", f"could not finish the import of {{subject}}: {{why}}; {_COUNTS}"
)
FINISHED = declare("import.finished", "import", f"finished the import of {{subject}}: {_COUNTS}")
