from stackroom.core.permissions import permission

INVITATIONS_READ = permission(
    "invitations.read", "see who was invited to work here", "admin", "auditor"
)
INVITATIONS_WRITE = permission(
    "invitations.write", "invite staff, and take it back", "admin", personal=True
)

PERMISSIONS = (INVITATIONS_READ, INVITATIONS_WRITE)
