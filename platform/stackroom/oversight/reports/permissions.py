from stackroom.core.permissions import permission

REPORTS_READ = permission(
    "audit.reports.read", "run control reports and read what they found", "admin", "auditor"
)
NOTES_OWN = permission(
    "audit.notes_own", "write audit notes, draw samples and sign reports off", "admin", "auditor",
    personal=True,
)  # fmt: skip

PERMISSIONS = (REPORTS_READ, NOTES_OWN)
