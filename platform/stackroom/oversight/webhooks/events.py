from stackroom.audit.events import declare

SUBJECT = "webhook"

ADDED = declare("webhook.added", SUBJECT, "added the webhook {subject}, to {host}")
CHANGED = declare("webhook.changed", SUBJECT, "changed the webhook {subject}: {fields}")
REMOVED = declare("webhook.removed", SUBJECT, "removed the webhook {subject}")
SECRET_REPLACED = declare(
    "webhook.secret_replaced",
    SUBJECT,
    "replaced the secret of the webhook {subject}; the old one signs until {until}",
)
PAUSED = declare("webhook.paused", SUBJECT, "paused the webhook {subject}: {why}")
RESUMED = declare("webhook.resumed", SUBJECT, "resumed the webhook {subject}")
TESTED = declare("webhook.tested", SUBJECT, "sent a test to the webhook {subject}")
FAILING = declare("webhook.failing", SUBJECT, "could not deliver to the webhook {subject}: {why}")
RECOVERED = declare("webhook.recovered", SUBJECT, "reached the webhook {subject} again")
GAVE_UP = declare(
    "webhook.gave_up",
    SUBJECT,
    "gave up a delivery to the webhook {subject} after {attempts} attempts: {why}",
)
REPLAYED = declare("webhook.replayed", SUBJECT, "set going again for the webhook {subject}: {what}")
LET_GO = declare(
    "webhook.let_go",
    SUBJECT,
    "let go of {count} transactions that the paused webhook {subject} had not taken",
)
