from stackroom.audit.events import declare

ADDED = declare("factor.added", "account", "set up a second factor: {factor}")
REMOVED = declare("factor.removed", "account", "removed a second factor: {factor}")
RENAMED = declare("factor.renamed", "account", "renamed a passkey from “{before}” to “{after}”")
CODES_MADE = declare(
    "factor.recovery_codes_made",
    "account",
    "made {count:new recovery code|new recovery codes}; {before:was|were} left",
)
CODE_SPENT = declare(
    "factor.recovery_code_spent", "account", "used a recovery code; {left:is|are} left"
)
TAKEN_AWAY = declare(
    "factor.taken_away", "account", "removed the lost second factors of {subject}: {before}"
)
REFUSED = declare("factor.refused", "account", "could not show a second factor: {why}")
PROVED = declare("auth.proved", "account", "confirmed with {proof} that it was them")
REQUIRED = declare(
    "factor.required",
    "required_factor",
    "changed the roles that need a second factor from {before} to {after}",
)
