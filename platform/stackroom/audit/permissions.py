from stackroom.core.permissions import permission

AUDIT_READ = permission("audit.read", "read who changed what, when and why", "admin", "auditor")

PERMISSIONS = (AUDIT_READ,)
