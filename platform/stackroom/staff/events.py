from stackroom.audit.events import declare

SIGNED_UP = declare(
    "organisation.signed_up", "organisation", "signed up the organisation {subject}"
)
ACTIVATED = declare(
    "organisation.activated", "organisation", "verified their e-mail address and opened {subject}"
)
CHANGED = declare(
    "organisation.changed", "organisation", "changed the settings of {subject}: {fields}"
)
SIGNED_IN = declare("auth.signed_in", "account", "signed in")
SIGN_IN_FAILED = declare(
    "auth.login_failed",
    "account",
    "could not sign in as {email}: {why}",
    names=("subject", "email"),
)
SIGNED_OUT = declare("auth.signed_out", "account", "signed out")
TOKEN_REUSED = declare(
    "auth.refresh_reused",
    "account",
    "used a refresh token of {subject} twice; the session is closed",
)
WRONG_ORGANISATION = declare(
    "auth.wrong_organisation", "account", "was refused with a token of another organisation"
)
ROLES_CHANGED = declare(
    "role.granted", "account", "changed the roles of {subject} from {before} to {after}"
)
PASSWORD_CHANGED = declare(
    "auth.password_changed", "account", "changed their password, which closed their other sessions"
)
SESSION_CLOSED = declare("auth.session_closed", "account", "signed out another device")
ROLE_MADE = declare("role.created", "custom_role", "made the role {subject}")
ROLE_CHANGED = declare(
    "role.changed", "custom_role", "changed the role {subject}: gained {gained}; lost {lost}"
)
ROLE_REMOVED = declare("role.removed", "custom_role", "removed the role {subject}")
