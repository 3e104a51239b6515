from stackroom.audit.events import declare

SUBJECT = "sso_provider"

ADDED = declare("sso.provider_added", SUBJECT, "added the sign-in provider {subject}")
CHANGED = declare(
    "sso.provider_changed", SUBJECT, "changed the sign-in provider {subject}: {fields}"
)
REMOVED = declare("sso.provider_removed", SUBJECT, "removed the sign-in provider {subject}")
TESTED = declare("sso.provider_tested", SUBJECT, "tested the sign-in provider {subject}: {finding}")
TRIED = declare("sso.tried", SUBJECT, "tried signing in with {subject}: {finding}")
REFUSED = declare("sso.refused", SUBJECT, "could not sign in with {subject} as {who}: {why}")
SIGNED_IN = declare("sso.signed_in", "account", "signed in with {provider}")
LINKED = declare(
    "sso.linked",
    "account",
    "linked {subject} to their identity at {provider}",
    names=("email",),
)
UNLINKED = declare("sso.unlinked", "account", "unlinked {subject} from their identity at {issuer}")
CREATED = declare(
    "sso.account_created", "account", "made an account for {subject}, who came by {provider}"
)
OTHER_WAY_REFUSED = declare(
    "sso.other_way_refused", "account", "was refused another way in than single sign-on"
)
