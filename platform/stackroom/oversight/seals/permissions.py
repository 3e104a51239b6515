from stackroom.core.permissions import permission

SEALS_READ = permission(
    "audit.seals.read", "check the seals of the audit, and take evidence away", "admin", "auditor"
)
SEALS_OWN = permission(
    "audit.seals_own", "ask for checks of the seals and for evidence", "admin", "auditor"
)
SEALS_MANAGE = permission(
    "audit.seals", "replace the key that seals the audit, and say where checkpoints go", "admin"
)

PERMISSIONS = (SEALS_READ, SEALS_OWN, SEALS_MANAGE)
