from stackroom.core.errors import Conflict, NotFound, PermissionDenied


class AuditExportUnderway(Conflict):
    code = "audit_export_underway"
    detail = "An export you asked for is being made; wait until it is ready, or cancel it."


class AuditExportNotReady(Conflict):
    code = "audit_export_not_ready"
    detail = "This export has no file to download: it is being made, was cancelled, or failed."


class AuditExportOver(Conflict):
    code = "audit_export_over"
    detail = "This export has ended already, so there is nothing to cancel."


class NotYourExport(PermissionDenied):
    code = "audit_export_of_another"
    detail = "Only whoever asked for an export may cancel it."


class AuditExportGone(NotFound):
    status, code, title = 410, "audit_export_gone", "The file is gone"
    detail = "The file of this export has been deleted; ask for a new export."
