from stackroom.audit.events import declare

CHANGED = declare(
    "flag.changed", "flag", "saw the flag {subject} go from {before} to {after}: {why}"
)
