from stackroom.core.permissions import permission

ME_READ = permission(
    "me.read", "see and secure your own account", "admin", "librarian", "auditor", "patron",
    personal=True,
)  # fmt: skip
STAFF_READ = permission("staff.read", "see who works here and with which roles", "admin", "auditor")
STAFF_WRITE = permission("staff.write", "add staff and change their roles", "admin", personal=True)
ORGANISATION_READ = permission(
    "organisation.read", "see the organisation's settings", "admin", "auditor"
)
ORGANISATION_WRITE = permission("organisation.write", "change the organisation's settings", "admin")

PERMISSIONS = (ME_READ, STAFF_READ, STAFF_WRITE, ORGANISATION_READ, ORGANISATION_WRITE)
