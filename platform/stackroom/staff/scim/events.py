from stackroom.audit.events import declare

USER, GROUP = "directory_user", "directory_group"

ADDED = declare("directory.user_added", USER, "added {subject} from the directory")
ADOPTED = declare(
    "directory.user_adopted", USER, "took {subject}, who was here already, into the directory"
)
CHANGED = declare("directory.user_changed", USER, "changed {subject} by the directory: {fields}")
REMOVED = declare(
    "directory.user_removed", USER, "removed {subject} by the directory; the account is closed"
)
GROUP_ADDED = declare("directory.group_added", GROUP, "added the group {subject} of the directory")
GROUP_CHANGED = declare(
    "directory.group_changed", GROUP, "changed the group {subject} by the directory: {fields}"
)
GROUP_REMOVED = declare(
    "directory.group_removed", GROUP, "removed the group {subject} of the directory"
)
MAPPED = declare(
    "directory.group_mapped", GROUP, "made the group {subject} give {after} in place of {before}"
)
