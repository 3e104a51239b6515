from stackroom.core.permissions import permission

PATRONS_READ = permission(
    "patrons.read", "look up patrons and read their records", "admin", "librarian", "auditor"
)
PATRONS_WRITE = permission(
    "patrons.write", "add, change, block and delete patrons", "admin", "librarian"
)

PERMISSIONS = (PATRONS_READ, PATRONS_WRITE)
