from stackroom.audit.events import declare

SUSPENDED = declare("organisation.suspended", "organisation", "suspended {subject}: {why}")
RESUMED = declare("organisation.resumed", "organisation", "ended the suspension of {subject}")
CLOSING = declare(
    "organisation.closing",
    "organisation",
    "closed {subject}, which will be deleted on {day}: {why}",
)
REOPENED = declare("organisation.reopened", "organisation", "reopened {subject}: it is {status}")
