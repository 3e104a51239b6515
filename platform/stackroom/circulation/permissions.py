from stackroom.core.permissions import Reach, permission

LOANS_READ = permission(
    "loans.read",
    "see who has what on loan",
    *("admin", "manager", "librarian", "circulation", "auditor"),
    reach=Reach.SHARED,
)
LOANS_WRITE = permission(
    "loans.write",
    "lend, renew and take back",
    *("admin", "manager", "librarian", "circulation"),
    reach=Reach.BRANCH,
)
LOANS_OVERRIDE = permission(
    "loans.override",
    "lend or renew against a rule, giving a reason",
    *("admin", "manager", "librarian"),
    reach=Reach.BRANCH,
)
OWN_LOANS_READ = permission(
    "loans.read_own", "see your own loans", "patron", reach=Reach.SHARED, personal=True
)

PERMISSIONS = (LOANS_READ, LOANS_WRITE, LOANS_OVERRIDE, OWN_LOANS_READ)
