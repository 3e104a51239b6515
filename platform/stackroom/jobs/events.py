from stackroom.audit.events import declare

FAILED = declare("job.failed", "job", "could not finish the job {subject}: {why}")
