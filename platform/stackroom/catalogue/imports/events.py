from stackroom.audit.events import declare

_COUNTS = "{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected"

STARTED = declare("import.started", "import", "started the import of {subject}")
RESUMED = declare("import.resumed", "import", "resumed the import of {subject} after record {read}")
STOPPED = declare("import.stopped", "import", f"the import of {{subject}} was stopped: {_COUNTS}")
FAILED = declare("import.failed", "import", f"the import of {{subject}} failed: {{why}}; {_COUNTS}")
FINISHED = declare("import.finished", "import", f"the import of {{subject}} ended: {_COUNTS}")
