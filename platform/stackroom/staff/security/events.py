from stackroom.audit.events import declare

RESET_ASKED = declare(
    "auth.reset_asked", "account", "asked for a link to choose a new password for {email}"
)
RESET_ORDERED = declare(
    "auth.reset_ordered", "account", "had a link to choose a new password sent to {subject}"
)
RESET_SENT = declare(
    "auth.reset_sent", "account", "mailed {subject} a link to choose a new password; it serves once"
)
PASSWORD_RESET = declare(
    "auth.password_reset",
    "account",
    "chose a new password with the link in the mail; {closed:open session|open sessions} closed",
)
SESSIONS_CLOSED = declare(
    "auth.sessions_closed",
    "account",
    "signed {subject} out everywhere: {closed:session|sessions} closed",
)
DEVICE_MET = declare("auth.device_met", "account", "signed in from a device not seen before")
