from stackroom.audit.events import declare

USER, GROUP = "directory_user", "directory_group"

ADDED = declare("directory.user_added", USER, "added {subject} from the directory")
ADOPTED = declare(
    "directory.user_adopted", USER, "took {subject}, who was here already, into the directory"
)
CHANGED = declare(
    "directory.user_changed", USER, "changed {subject}, as the directory has it: {fields}"
)
REMOVED = declare(
    "directory.user_removed",
    USER,
    "removed {subject}, who left the directory; the account is closed",
)
GROUP_ADDED = declare("directory.group_added", GROUP, "added the group {subject} of the directory")
GROUP_CHANGED = declare(
    "directory.group_changed",
    GROUP,
    "changed the group {subject}, as the directory has it: {fields}",
)
GROUP_REMOVED = declare(
    "directory.group_removed", GROUP, "removed the group {subject} of the directory"
)
MAPPED = declare(
    "directory.group_mapped",
    GROUP,
    "changed the roles that the group {subject} gives from {before} to {after}",
)
