from stackroom.core.errors import Conflict, FieldError, PermissionDenied, Problem, Unavailable


class ProviderFailed(Unavailable):
    code, title = "sso_provider_failed", "The sign-in provider does not answer as it should"

    def __init__(self, why: str) -> None:
        super().__init__(f"Asked, it failed us: {why}. Try again, or sign in another way.")
        self.why = why


class NotLetIn(Problem):
    """Nobody was signed in. `detail` is told to whoever tried, `why` to the organisation alone."""

    status, code, title = 403, "sso_refused", "Single sign-on did not let you in"

    def __init__(self, detail: str = "", *, why: str = "") -> None:
        super().__init__(detail)
        self.why = why or self.detail


class FlowLost(NotLetIn):
    code = "sso_flow_lost"
    detail = "This sign-in was begun elsewhere, too long ago, or in another tab; begin again."


class FlowUsed(NotLetIn):
    code = "sso_flow_used"
    detail = "This sign-in has been used already; begin again."


class Denied(NotLetIn):
    code = "sso_denied"
    detail = "The sign-in provider said no, or you stopped there; begin again if you like."


class Untrue(NotLetIn):
    code = "sso_answer_untrue"
    detail = "What the sign-in provider said could not be trusted; tell an admin if it stays so."


class EmailNotVerified(NotLetIn):
    code = "sso_email_not_verified"
    detail = (
        "The sign-in provider does not vouch for an e-mail address of yours, so we cannot tell "
        "which account is yours; verify it there, or ask an admin."
    )


class DomainNotProved(NotLetIn):
    code = "sso_domain_not_proved"
    detail = (
        "Your e-mail address belongs to a domain that this organisation has not proved to be its "
        "own; ask an admin."
    )


class NotLinked(NotLetIn):
    code = "sso_not_linked"
    detail = (
        "There is an account with your e-mail address, but it is not linked to this sign-in; sign "
        "in with the password, and ask an admin to allow linking."
    )


class LinkedToAnother(NotLetIn):
    code = "sso_linked_to_another"
    detail = (
        "The account with your e-mail address is linked to somebody else's sign-in; ask an admin."
    )


class NoAccount(NotLetIn):
    code = "sso_no_account"
    detail = "You have no account here yet; ask an admin to make one."


class NoRole(NotLetIn):
    code = "sso_no_role"
    detail = "None of your groups has a role here; ask an admin."


class AccountClosed(NotLetIn):
    code = "sso_account_closed"
    detail = "Your account here is closed; ask an admin."


class OtherWayRefused(PermissionDenied):
    code, title = "sso_required", "Use single sign-on"
    detail = "Your organisation has you sign in by single sign-on: use its button instead."


class IssuerListed(Conflict):
    code = "sso_issuer_listed"
    detail = "A provider with this issuer is in your list already."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("issuer", self.detail)])


class TooManyProviders(Conflict):
    code = "sso_too_many_providers"
    detail = "An organisation can have five sign-in providers; remove one that you do not need."
