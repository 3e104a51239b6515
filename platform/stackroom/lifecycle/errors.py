from stackroom.core.errors import Conflict, NotFound
from tenants.lifecycle import IllegalAct


class NotInThisState(Conflict):
    """`detail` says what can be done instead."""

    code = "organisation_state"

    @classmethod
    def of(cls, error: IllegalAct) -> "NotInThisState":
        told = str(error)
        return cls(f"{told[:1].upper()}{told[1:]}.")


class NotYet(Conflict):
    code = "purge_not_due"


class PurgeHindered(Conflict):
    code = "purge_hindered"


class NotErased(Exception):
    """The scan after a purge found something; no certificate is made, and the purge goes on."""

    def __init__(self, left: dict[str, int]) -> None:
        found = ", ".join(f"{count} of {store}" for store, count in left.items())
        super().__init__(f"still there: {found}")


class NoCertificate(NotFound):
    code = "no_certificate"


class BadCertificate(Exception):
    """The sentence says what is wrong with it."""
