from collections.abc import Sequence

from stackroom.core.errors import (
    AuthenticationRequired,
    Conflict,
    FieldError,
    PermissionDenied,
    Problem,
    TooManyRequests,
)
from stackroom.core.permissions import Permission


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


class GrantBeyondOwn(PermissionDenied):
    code = "grant_beyond_own"

    def __init__(self, lacking: Permission) -> None:
        super().__init__(
            f"This confers the permission to {lacking.sentence}, which you do not hold yourself "
            "there: ask somebody who does.",
            permission=lacking.key,
        )


class RoleNameTaken(Conflict):
    code = "role_name_taken"
    detail = "Another role has this name; choose another."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("name", self.detail)])


class RoleInUse(Conflict):
    code = "role_in_use"
    named = 5

    def __init__(self, holders: Sequence[str]) -> None:
        names = ", ".join(holders[: self.named])
        more = f" and {len(holders) - self.named} more" if len(holders) > self.named else ""
        super().__init__(f"This role is held by {names}{more}: take it from them first.")


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
