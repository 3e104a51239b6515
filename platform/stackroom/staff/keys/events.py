from stackroom.audit.events import declare

ACCOUNT, KEY = "service_account", "api_key"

ADDED = declare("service_account.added", ACCOUNT, "added the service account {subject}")
CHANGED = declare(
    "service_account.changed", ACCOUNT, "changed the service account {subject}: {fields}"
)
CLOSED = declare(
    "service_account.closed", ACCOUNT, "closed the service account {subject}; {keys:key|keys} ended"
)
MADE = declare(
    "api_key.made", KEY, "made the API key {subject} until {until}, which may: {permissions}"
)
ROTATED = declare(
    "api_key.rotated", KEY, "replaced the API key {subject}; the old one serves until {until}"
)
REVOKED = declare("api_key.revoked", KEY, "revoked the API key {subject}")
REFUSED = declare("api_key.refused", KEY, "was refused with the API key {subject}: {why}")
EXPIRING = declare("api_key.expiring", KEY, "told the admins that {subject} ends on {until}")
