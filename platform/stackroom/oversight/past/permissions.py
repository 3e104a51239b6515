from stackroom.core.permissions import permission

PAST_READ = permission(
    "audit.past.read",
    "see records as they were, and what each import and bulk operation changed",
    *("admin", "auditor"),
)
RECORDS_RESTORE = permission(
    "records.restore",
    "restore records as they were, and undo imports and bulk operations",
    "admin",
)

PERMISSIONS = (PAST_READ, RECORDS_RESTORE)
