from stackroom.core.permissions import permission

AUDIT_WEBHOOKS = permission(
    "audit.webhooks", "have the audit trail sent to other servers, and see what arrived", "admin"
)

PERMISSIONS = (AUDIT_WEBHOOKS,)
