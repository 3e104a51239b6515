from stackroom.core.permissions import permission

USAGE_READ = permission(
    "usage.read", "see the organisation's plan and how much of it is used", "admin", "auditor"
)

PERMISSIONS = (USAGE_READ,)
