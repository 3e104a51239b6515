from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stackroom.circulation.permissions import LOANS_OVERRIDE
from stackroom.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way. `code` is stable, `message` is for people."""

    code: str
    message: str
    overridable: bool = False

    def document(self) -> dict[str, Any]:
        permission = LOANS_OVERRIDE.key if self.overridable else None
        return {
            "code": self.code,
            "message": self.message,
            "overridable": self.overridable,
            "permission": permission,
        }


class Refused(Conflict):
    """Says every reason at once; the first that nobody may override gives the problem its code."""

    code, title = "loan_refused", "This cannot be done at the desk as it stands"

    def __init__(self, reasons: Iterable[Reason]) -> None:
        told = list(reasons)
        super().__init__(
            " ".join(reason.message for reason in told),
            reasons=[reason.document() for reason in told],
        )
        hard = [reason.code.lower() for reason in told if not reason.overridable]
        if hard:
            self.code = hard[0]  # type: ignore[misc]  # one class, as many codes as reasons


class PatronHasLoans(Conflict):
    code = "patron_has_loans"
    detail = "The patron still has items on loan; check them in first."
