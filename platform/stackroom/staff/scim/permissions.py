from stackroom.core.permissions import permission

DIRECTORY_READ = permission(
    "directory.read", "see the people and groups that your directory sends", "admin", "auditor"
)
DIRECTORY_MAP = permission(
    "directory.map", "choose which roles groups of your directory give", "admin", personal=True
)
DIRECTORY_WRITE = permission(
    "directory.write", "keep people and groups as your directory has them (SCIM)", "admin"
)

PERMISSIONS = (DIRECTORY_READ, DIRECTORY_MAP, DIRECTORY_WRITE)
