from stackroom.audit.events import declare

SUBJECT = "audit_search"

SAVED = declare("audit.search_saved", SUBJECT, "saved the search “{subject}” of the audit trail")
RENAMED = declare(
    "audit.search_renamed", SUBJECT, "renamed the saved search “{before}” to “{subject}”"
)
SHARED = declare(
    "audit.search_shared", SUBJECT, "shared the saved search “{subject}” with the auditors"
)
UNSHARED = declare("audit.search_unshared", SUBJECT, "stopped sharing the saved search “{subject}”")
DELETED = declare("audit.search_deleted", SUBJECT, "deleted the saved search “{subject}”")
