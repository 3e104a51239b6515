from stackroom.audit.events import declare

RETENTION = "audit_retention"
ARCHIVE = "audit_archive"

KEPT = declare(
    "audit.retention_changed",
    RETENTION,
    "changed how long history stays at hand: from {before} to {after} years",
)
HELD = declare("audit.held", RETENTION, "put history on legal hold; {why}")
RELEASED = declare(
    "audit.released", RETENTION, "lifted the legal hold on history of {since}; {why}"
)
ARCHIVED = declare(
    "audit.archived",
    ARCHIVE,
    "moved the history of {year} to an archive: {rows} rows, SHA-256 {sha256}",
)
TAKEN = declare("audit.archive_taken", ARCHIVE, "downloaded the archive of {subject}")
