from stackroom.audit.events import declare

CHANGED = declare(
    "plan.changed", "organisation", "changed the plan of {subject} from {before} to {after}: {why}"
)
