from stackroom.audit.events import declare

SUBJECT = "access_review"

STARTED = declare(
    "access_review.started",
    SUBJECT,
    "started the access review {subject} of {lines} roles, until {until}",
)
DECIDED = declare(
    "access_review.decided",
    SUBJECT,
    "decided in {subject} on the role {role} of {person}: from {before} to {after}",
)
SETTLED = declare(
    "access_review.settled",
    SUBJECT,
    "settled in {subject} the role {role} of {person}: from {before} to {after}",
)
REMINDED = declare(
    "access_review.reminded", SUBJECT, "reminded the reviewers of {subject}: {lines} roles are open"
)
CLOSED = declare(
    "access_review.closed", SUBJECT, "closed the access review {subject}: from {before} to {after}"
)
CANCELLED = declare(
    "access_review.cancelled",
    SUBJECT,
    "cancelled the access review {subject}: from {before} to {after}; {why}",
)
