from stackroom.core.permissions import permission

LOANS_READ = permission("loans.read", "see who has what on loan", "admin", "librarian", "auditor")
LOANS_WRITE = permission("loans.write", "lend, renew and take back", "admin", "librarian")
LOANS_OVERRIDE = permission(
    "loans.override", "lend or renew against a rule, giving a reason", "admin", "librarian"
)
OWN_LOANS_READ = permission("loans.read_own", "see your own loans", "patron", personal=True)

PERMISSIONS = (LOANS_READ, LOANS_WRITE, LOANS_OVERRIDE, OWN_LOANS_READ)
