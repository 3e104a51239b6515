from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from stackroom.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way. `code` is stable, `message` is for people, and whoever
    holds `permission` may set it aside; None: nobody may."""

    code: str
    message: str
    permission: str | None = None

    @property
    def overridable(self) -> bool:
        return self.permission is not None

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "overridable": self.overridable}


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
