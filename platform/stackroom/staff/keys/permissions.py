from stackroom.core.permissions import permission

KEYS_READ = permission(
    "keys.read", "see service accounts, their API keys, and what each may do", "admin", "auditor"
)
KEYS_WRITE = permission(
    "keys.write", "add service accounts, and make and revoke their API keys", "admin", personal=True
)

PERMISSIONS = (KEYS_READ, KEYS_WRITE)
