from stackroom.core.permissions import permission

SEARCHES_OWN = permission(
    "audit.searches_own", "save searches of the audit trail for oneself", "admin", "auditor",
    personal=True,
)  # fmt: skip

PERMISSIONS = (SEARCHES_OWN,)
