from stackroom.audit.events import declare

SUBJECT = "access_review"

STARTED = declare(
    "access_review.started",
    SUBJECT,
    "started the access review {subject} of {lines:role|roles}, until {until}",
)
DECIDED = declare(
    "access_review.decided",
    SUBJECT,
    "decided in the access review {subject} on the role {role} of {person}: {after:words}",
)
SETTLED = declare(
    "access_review.settled",
    SUBJECT,
    "settled in the access review {subject} the role {role} of {person}: {after:words}",
)
REMINDED = declare(
    "access_review.reminded",
    SUBJECT,
    "reminded the reviewers of the access review {subject}: {lines:role is|roles are} open",
)
CLOSED = declare("access_review.closed", SUBJECT, "closed the access review {subject}")
CANCELLED = declare(
    "access_review.cancelled",
    SUBJECT,
    "cancelled the access review {subject}: {why}",
)
