"""Reports as files: the findings as a spreadsheet, the sign-off as a signed document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackroom.core import signed_documents
from stackroom.core.signing import Signer
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.oversight.reports.schemas import FindingOut
from tenants.context import Tenant

KIND = "stackroom control report sign-off"
COLUMNS = ("number", "stands out", "what", "who", "at", "record", "kind of record")


def signed(tenant: Tenant, facts: Mapping[str, Any], signer: Signer) -> bytes:
    organisation = {"id": str(tenant.uuid), "name": tenant.name}
    return signed_documents.issue(KIND, {"organisation": organisation, **facts}, signer)


def verify(file: bytes, public_key: str) -> dict[str, Any]:
    """Raises Unsound."""
    return signed_documents.read(KIND, file, public_key)


def figures(rows: Sequence[FindingOut]) -> list[str]:
    """Names of the figures, in the order in which they are first met."""
    return list(dict.fromkeys(figure.name for row in rows for figure in row.figures))


def spreadsheet(rows: Sequence[FindingOut]) -> Iterator[bytes]:
    names = figures(rows)
    yield (BOM + line([*COLUMNS, *names, "entries"])).encode()
    for row in rows:
        yield line([harmless(cell) for cell in _cells(row, names)]).encode()


def _cells(row: FindingOut, names: Sequence[str]) -> list[str]:
    values = {figure.name: told(figure.value) for figure in row.figures}
    return [
        str(row.number), "yes" if row.outlier else "", row.what, row.who,
        row.at.isoformat() if row.at else "", row.subject, row.subject_type,
        *(values.get(name, "") for name in names), " ".join(row.entries),
    ]  # fmt: skip


def told(value: float | str) -> str:
    """Whole numbers without a point: JSON does not keep the two apart."""
    return value if isinstance(value, str) else f"{value:.15g}"
