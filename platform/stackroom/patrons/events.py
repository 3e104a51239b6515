from stackroom.audit.events import declare

CREATED = declare("patron.created", "patron", "registered the patron {subject}")
CHANGED = declare("patron.changed", "patron", "changed the patron {subject}: {fields}")
DELETED = declare("patron.deleted", "patron", "deleted the patron {subject}")
VIEWED = declare("patron.viewed", "patron", "looked at the record of {subject}")
SIGN_IN_GIVEN = declare("patron.sign_in_given", "patron", "let {subject} sign in")
BLOCK_ADDED = declare("block.added", "patron", "blocked the patron {subject}: {reason}")
BLOCK_LIFTED = declare(
    "block.lifted", "patron", "lifted the block of the patron {subject}: {reason}"
)
