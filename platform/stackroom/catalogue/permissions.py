from stackroom.core.permissions import Reach, permission

BIBS_READ = permission(
    "bibs.read",
    "search the catalogue",
    *("admin", "manager", "librarian", "cataloguer", "circulation", "auditor", "patron"),
    reach=Reach.SHARED,
)
BIBS_WRITE = permission(
    "bibs.write",
    "add, change and delete title records",
    *("admin", "manager", "librarian", "cataloguer"),
    reach=Reach.SHARED,
)
ITEMS_READ = permission(
    "items.read",
    "see every copy, and what is kept from the public",
    *("admin", "manager", "librarian", "cataloguer", "circulation", "auditor"),
    reach=Reach.SHARED,
)
ITEMS_WRITE = permission(
    "items.write",
    "add, change and delete copies",
    *("admin", "manager", "librarian", "cataloguer"),
    reach=Reach.BRANCH,
)

PERMISSIONS = (BIBS_READ, BIBS_WRITE, ITEMS_READ, ITEMS_WRITE)
