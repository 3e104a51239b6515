from stackroom.audit.events import declare

CHANGED = declare(
    "flag.changed", "flag", "found the flag {subject} {after} in place of {before}: {why}"
)
