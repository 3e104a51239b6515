from stackroom.audit.events import declare

SUBJECT = "audit_export"

REQUESTED = declare(
    "audit_export.requested",
    SUBJECT,
    "asked for an export of the audit trail as {format}: {filter}",
)
READY = declare(
    "audit_export.ready", SUBJECT, "finished an export of the audit trail: {lines} entries"
)
FAILED = declare(
    "audit_export.failed", SUBJECT, "could not finish an export of the audit trail: {why}"
)
CANCELLED = declare("audit_export.cancelled", SUBJECT, "called off an export of the audit trail")
DOWNLOADED = declare(
    "audit_export.downloaded", SUBJECT, "downloaded an export of the audit trail, sha256 {sha256}"
)
EXPIRED = declare(
    "audit_export.expired", SUBJECT, "deleted the file of an export of the audit trail that ran out"
)
