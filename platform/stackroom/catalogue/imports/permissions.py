from stackroom.core.permissions import permission

IMPORTS_READ = permission(
    "imports.read", "see imports and the records they refused", "admin", "librarian", "auditor"
)
IMPORTS_WRITE = permission(
    "imports.write",
    "import files into the catalogue, and stop and resume that",
    "admin",
    "librarian",
)

PERMISSIONS = (IMPORTS_READ, IMPORTS_WRITE)
