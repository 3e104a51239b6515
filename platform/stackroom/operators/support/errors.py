from stackroom.core.errors import Conflict, NotFound, PermissionDenied, Problem


class NoConsent(Conflict):
    code = "support_not_granted"
    detail = "The organisation has not let support in; ask its admin to."


class GrantOver(Conflict):
    code = "support_grant_over"
    detail = "This support access is over already."


class NoGrant(NotFound):
    pass


class HandoverVoid(Problem):
    """The same answer for a token that is unknown, used, too old, or of another organisation."""

    status, code, title = 403, "support_handover_void", "You cannot come in with this link"
    detail = "It serves once, within a minute, at one organisation; go back to the console."


class NotCovered(PermissionDenied):
    code = "support_not_covered"
    detail = "The support access that was granted does not cover this."
