from stackroom.core.errors import Conflict


class NotReady(Conflict):
    code = "report_not_ready"
    detail = "This report is still being made, or failed; look again in a moment, or run it anew."
