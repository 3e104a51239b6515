from stackroom.audit.events import declare

CREATED = declare("patron.created", "patron", "registered {subject}")
CHANGED = declare("patron.changed", "patron", "changed {subject}: {fields}")
DELETED = declare("patron.deleted", "patron", "deleted {subject}")
VIEWED = declare("patron.viewed", "patron", "looked at the record of {subject}", names=("subject",))
LISTED = declare("patron.listed", "patron", "saw {subject} in a list", names=("subject",))
SIGN_IN_GIVEN = declare("patron.sign_in_given", "patron", "let {subject} sign in")
BLOCK_ADDED = declare("block.added", "patron", "blocked {subject}: {reason}", seals=("reason",))
BLOCK_LIFTED = declare(
    "block.lifted", "patron", "lifted the block of {subject}: {reason}", seals=("reason",)
)
