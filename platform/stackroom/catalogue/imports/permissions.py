from stackroom.core.permissions import permission

IMPORTS_READ = permission(
    "imports.read",
    "see imports and the records they refused",
    *("admin", "manager", "librarian", "cataloguer", "auditor"),
)
IMPORTS_WRITE = permission(
    "imports.write",
    "import files into the catalogue, and stop and resume that",
    *("admin", "manager", "librarian", "cataloguer"),
)

PERMISSIONS = (IMPORTS_READ, IMPORTS_WRITE)
