from stackroom.core.errors import AuthenticationRequired, Conflict, FieldError, PermissionDenied


class InvalidKey(AuthenticationRequired):
    """The same answer for what is no key, an unknown one and a wrong secret."""

    code = "api_key_invalid"
    detail = "This API key is not known here; check that all of it was copied."


class KeyEnded(AuthenticationRequired):
    code = "api_key_ended"


class AddressRefused(PermissionDenied):
    code = "api_key_address_refused"


class ServiceNameTaken(Conflict):
    code = "service_name_taken"
    detail = "A service account has this name already, perhaps a closed one; choose another."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("name", self.detail)])


class ServiceClosed(Conflict):
    code = "service_account_closed"
    detail = "This service account is closed; add a new one."


class KeyOver(Conflict):
    code = "api_key_over"
    detail = "This API key is revoked, run out or replaced already; make a new one."
