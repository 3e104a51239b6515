from stackroom.core.errors import AuthenticationRequired, Conflict, NotFound


class NoEntry(AuthenticationRequired):
    """The same answer for an unknown address, a wrong password, a wrong or used code and a
    disabled operator."""

    code = "invalid_credentials"
    detail = "E-mail address, password and code do not fit together."


class OperatorExists(Conflict):
    code = "operator_exists"
    detail = "An operator signs in with this e-mail address already."


class NoOperator(NotFound):
    detail = "There is no operator with this e-mail address."


class NoSuchOrganisation(NotFound):
    detail = "There is no such organisation on this platform."
