from stackroom.core.errors import AuthenticationRequired, Conflict, FieldError


class OtpRequired(AuthenticationRequired):
    code, title = "otp_required", "A second factor is needed"
    detail = "Send `otp` too: the code of your authenticator app, or a recovery code."


class CodeRefused(AuthenticationRequired):
    """The same answer for a wrong code, an old one and one that was used."""

    code, title = "invalid_credentials", "The code does not fit"
    detail = "This code does not fit, or was used already; enter the one that is shown now."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("otp", self.detail)])


class PasskeyRefused(AuthenticationRequired):
    """The same answer whatever is wrong with it, as for a passkey of nobody's."""

    code, title = "invalid_credentials", "The passkey does not fit"
    detail = "This passkey could not be read here. Try again, or sign in with your password."


class AppPresent(Conflict):
    code = "factor_present"
    detail = "An authenticator app is set up already; remove it first."


class PasskeyPresent(Conflict):
    code = "factor_present"

    def __init__(self) -> None:
        super().__init__(
            "This passkey is set up already.",
            errors=[FieldError("credential", "This passkey is set up already; use another.")],
        )
