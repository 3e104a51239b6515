from stackroom.core.permissions import Reach, permission

ME_READ = permission(
    "me.read",
    "see and secure your own account",
    *("admin", "manager", "librarian", "cataloguer", "circulation", "auditor", "patron"),
    reach=Reach.SHARED,
    personal=True,
)
STAFF_READ = permission(
    "staff.read",
    "see who works here and with which roles",
    *("admin", "manager", "auditor"),
    reach=Reach.SHARED,
)
STAFF_WRITE = permission("staff.write", "add staff and change their roles", "admin", personal=True)
ROLES_WRITE = permission(
    "roles.write", "make roles and choose what they may do", "admin", personal=True
)
ORGANISATION_READ = permission(
    "organisation.read", "see the organisation's settings", "admin", "auditor"
)
ORGANISATION_WRITE = permission("organisation.write", "change the organisation's settings", "admin")

PERMISSIONS = (
    ME_READ, STAFF_READ, STAFF_WRITE, ROLES_WRITE, ORGANISATION_READ, ORGANISATION_WRITE,
)  # fmt: skip
