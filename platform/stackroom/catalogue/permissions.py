from stackroom.core.permissions import permission

BIBS_READ = permission(
    "bibs.read", "search the catalogue", "admin", "librarian", "auditor", "patron"
)
BIBS_WRITE = permission("bibs.write", "add, change and delete title records", "admin", "librarian")
ITEMS_READ = permission(
    "items.read",
    "see every copy, and what is kept from the public",
    "admin",
    "librarian",
    "auditor",
)
ITEMS_WRITE = permission("items.write", "add, change and delete copies", "admin", "librarian")

PERMISSIONS = (BIBS_READ, BIBS_WRITE, ITEMS_READ, ITEMS_WRITE)
