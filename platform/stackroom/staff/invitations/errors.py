from stackroom.core.errors import Conflict, FieldError, Problem


class AlreadyInvited(Conflict):
    code = "already_invited"
    detail = "This address has an open invitation; send that one again, or revoke it first."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("email", self.detail)])


class InvitationOver(Conflict):
    code = "invitation_over"
    detail = "This invitation was accepted or revoked; invite the person anew."


class InvitationVoid(Problem):
    """The same answer for a link that is unknown, used, replaced, revoked, too old, or of another
    organisation."""

    status, code, title = 422, "invitation_void", "This invitation cannot be used"
    detail = (
        "The link serves once, for seven days, and only the latest one that was sent. If you have "
        "used it, sign in; else ask whoever invited you to send it again."
    )


class InviterWithoutRight(Conflict):
    code, title = "inviter_without_right", "This invitation cannot be used any more"

    def __init__(self, inviter: str) -> None:
        super().__init__(
            f"{inviter} invited you and may not give these roles any more. Ask an admin of the "
            "library to send the invitation again."
        )
