from stackroom.audit.events import declare

JOBS_RETRIED = declare(
    "jobs.retried", "organisation", "set {count:failed job|failed jobs} of {subject} going again"
)
