from stackroom.core.permissions import permission

PERSONAL_READ = permission(
    "audit.personal.read",
    "reveal which patron a line of the trail tells of, with a reason",
    *("admin", "auditor"),
    personal=True,
)
PATRONS_ERASE = permission(
    "patrons.erase", "erase a patron for good, from history as well", "admin", personal=True
)

PERMISSIONS = (PERSONAL_READ, PATRONS_ERASE)
