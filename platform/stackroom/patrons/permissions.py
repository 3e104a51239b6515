from stackroom.core.permissions import Reach, permission

PATRONS_READ = permission(
    "patrons.read",
    "look up patrons and read their records",
    *("admin", "manager", "librarian", "circulation", "auditor"),
    reach=Reach.SHARED,
)
PATRONS_WRITE = permission(
    "patrons.write",
    "add, change, block and delete patrons",
    *("admin", "manager", "librarian", "circulation"),
    reach=Reach.SHARED,
)

PERMISSIONS = (PATRONS_READ, PATRONS_WRITE)
