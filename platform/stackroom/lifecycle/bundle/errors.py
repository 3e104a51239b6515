from stackroom.core.errors import Conflict, NotFound, Problem


class ExportUnderway(Conflict):
    code = "export_underway"
    detail = "An export is being made; wait until it is ready, then ask for another."


class ExportNotReady(Conflict):
    code = "export_not_ready"
    detail = "This export has no file to download yet, or it could not be made."


class ExportGone(NotFound):
    status, code, title = 410, "export_gone", "The file is gone"
    detail = "The file of this export has been deleted; ask for a new export."


class BundleRefused(Problem):
    """`detail` names the member, and the line where there is one."""

    status, code, title = 422, "bundle_refused", "The bundle cannot be imported"


class UnknownSigner(BundleRefused):
    code = "unknown_signer"
