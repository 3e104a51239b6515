"""The report of a review: a signed document for the auditor, and its lines as a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from stackroom.core import clock, signed_documents
from stackroom.core.signing import Signer
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.staff.reviews.models import AccessReviewLine
from stackroom.staff.reviews.schemas import ReviewLineOut, ReviewOut
from tenants.context import Tenant

KIND = "stackroom access review report"
COLUMNS = (
    "person", "email", "role", "title", "library", "until", "permissions", "last_sign_in_at",
    "origin", "given_by", "given_at", "state", "own", "decided_at", "decided_by", "note",
)  # fmt: skip


def signed(tenant: Tenant, facts: Mapping[str, Any], signer: Signer) -> bytes:
    """`facts` as `report` gives them."""
    organisation = {"id": str(tenant.uuid), "name": tenant.name}
    return signed_documents.issue(KIND, {"organisation": organisation, **facts}, signer)


def verify(file: bytes, public_key: str) -> dict[str, Any]:
    """Raises Unsound."""
    return signed_documents.read(KIND, file, public_key)


def report(review: ReviewOut, lines: Sequence[ReviewLineOut]) -> dict[str, Any]:
    """The review with its settings, and of each line who decided what, when and from which state.
    Of a review that is over it is always the same; of one that runs, what is decided so far."""
    as_of = review.ended_at or clock.now()
    return {
        "as_of": as_of.isoformat(),
        "review": review.model_dump(mode="json"),
        "lines": [each.model_dump(mode="json", exclude={"standing"}) for each in lines],
    }


def spreadsheet(lines: Sequence[AccessReviewLine]) -> Iterator[bytes]:
    yield (BOM + line(COLUMNS)).encode()
    for each in lines:
        yield line([harmless(cell) for cell in _cells(each)]).encode()


def _cells(each: AccessReviewLine) -> list[str]:
    last = each.last_decision
    return [
        each.person, each.email, each.role, each.title, each.library, _instant(each.until),
        str(each.permissions), _instant(each.last_sign_in_at), each.origin, each.given_by,
        _instant(each.given_at), each.state.value, "yes" if each.is_own else "",
        last.get("at", ""), last.get("by", ""), last.get("note", ""),
    ]  # fmt: skip


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
