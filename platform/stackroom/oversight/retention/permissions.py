from stackroom.core.permissions import permission

AUDIT_RETENTION = permission(
    "audit.retention", "say how long history stays at hand, and hold it for a court", "admin",
    personal=True,
)  # fmt: skip
ARCHIVES_READ = permission(
    "audit.archives.read",
    "see how long history is kept, and take its archives away",
    "admin",
    "auditor",
)

PERMISSIONS = (AUDIT_RETENTION, ARCHIVES_READ)
