from stackroom.core.permissions import permission

AUDIT_EXPORTS_READ = permission(
    "audit.exports.read", "take the audit trail away in a file", "admin", "auditor"
)
AUDIT_EXPORTS_OWN = permission(
    "audit.exports_own", "ask for files of the audit trail, and call them off", "admin", "auditor"
)

PERMISSIONS = (AUDIT_EXPORTS_READ, AUDIT_EXPORTS_OWN)
