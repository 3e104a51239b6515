from stackroom.core.permissions import permission

SECURITY_READ = permission(
    "security.read", "see which roles need a second factor", "admin", "auditor"
)
SECURITY_WRITE = permission(
    "security.write",
    "say which roles need a second factor, and remove a colleague's lost ones",
    "admin",
    personal=True,
)

PERMISSIONS = (SECURITY_READ, SECURITY_WRITE)
