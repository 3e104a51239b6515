from stackroom.core.errors import (
    AuthenticationRequired,
    Conflict,
    FieldError,
    Problem,
    TooManyRequests,
)


class SlugTaken(Conflict):
    code = "slug_taken"
    detail = "Another organisation has this address; choose another."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("slug", self.detail)])


class EmailTaken(Conflict):
    code = "email_taken"
    detail = "Somebody in this organisation signs in with this e-mail address already."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("email", self.detail)])


class LastAdmin(Conflict):
    code = "last_admin"
    detail = "An organisation needs an admin: make somebody else one first."


class InvalidCredentials(AuthenticationRequired):
    """The same answer for an unknown address, a wrong password and a closed account."""

    code = "invalid_credentials"
    detail = "E-mail address and password do not fit together."


class InvalidToken(AuthenticationRequired):
    code = "invalid_token"
    detail = "The token is not valid any more; sign in again."


class LockedOut(TooManyRequests):
    code = "locked_out"
    detail = "Too many failed attempts for this address; wait before the next."


class InvalidVerification(Problem):
    status, code, title = 422, "invalid_verification", "The link cannot be used"
    detail = "The link is damaged or older than two days; sign up again."
