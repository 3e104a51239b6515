from stackroom.core.permissions import permission

DOMAINS_READ = permission("domains.read", "see the organisation's own domains", "admin", "auditor")
DOMAINS_WRITE = permission(
    "domains.write", "add domains, prove them and choose the organisation's address", "admin"
)

PERMISSIONS = (DOMAINS_READ, DOMAINS_WRITE)
