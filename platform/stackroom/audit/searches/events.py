from stackroom.audit.events import declare

SUBJECT = "audit_search"

SAVED = declare("audit.search_saved", SUBJECT, "saved the search “{subject}” of the audit trail")
RENAMED = declare(
    "audit.search_renamed", SUBJECT, "renamed a saved search from “{before}” to “{subject}”"
)
SHARED = declare(
    "audit.search_shared", SUBJECT, "shared the saved search “{subject}” with the auditors"
)
UNSHARED = declare(
    "audit.search_unshared", SUBJECT, "took the saved search “{subject}” back for themself"
)
DELETED = declare("audit.search_deleted", SUBJECT, "deleted the saved search “{subject}”")
