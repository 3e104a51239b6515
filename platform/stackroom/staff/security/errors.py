from stackroom.core.errors import Conflict, Problem


class InvalidReset(Problem):
    """The same answer for a link that is unknown, used, replaced or too old."""

    status, code, title = 422, "invalid_reset", "This link cannot be used any more"
    detail = "It serves once, for an hour, until a newer one is sent. Ask for a new link."


class AccountClosed(Conflict):
    code = "account_closed"
    detail = "This account is closed; open it first."
