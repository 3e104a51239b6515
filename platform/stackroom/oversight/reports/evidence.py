"""The evidence behind a sample: one ZIP that is the same, byte for byte, whenever it is taken of
the same entries."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from stackroom.audit import telling
from stackroom.audit.telling import Entry
from stackroom.core.spreadsheets import BOM, harmless, line
from stackroom.oversight.reports import printing, queries
from stackroom.oversight.reports.models import ControlSample
from stackroom.oversight.reports.schemas import SampleOut
from stackroom.oversight.reports.showing import sample_out

BEGINNING = (1980, 1, 1, 0, 0, 0)
COLUMNS = (
    "entry", "at", "who", "roles", "by right", "action", "what", "record", "kind of record",
    "channel", "address", "request", "reason",
)  # fmt: skip


def pack(organisation: str, sample: ControlSample) -> bytes:
    """The sample as JSON, its entries as CSV, both as PDF, and a list of their SHA-256."""
    entries = telling.told(queries.entries(sample.entries))
    drawn = sample_out(sample)
    files = {
        "sample.json": _json(organisation, drawn, entries),
        "entries.csv": b"".join(_csv(entries)),
        "sample.pdf": printing.sample(organisation, drawn, entries),
    }
    sums = "".join(f"{sha256(each).hexdigest()}  {name}\n" for name, each in files.items())
    return _zipped({**files, "SHA256SUMS": sums.encode()})


def _zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = ZipInfo(name, BEGINNING)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _json(organisation: str, drawn: SampleOut, entries: Sequence[Entry]) -> bytes:
    held = {
        "organisation": organisation,
        "sample": drawn.model_dump(mode="json"),
        "entries": [_told(each) for each in entries],
    }
    return orjson.dumps(held, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _told(entry: Entry) -> dict[str, Any]:
    line_, by = entry.line, entry.by
    return {
        "id": line_.id, "at": by.at.isoformat(), "action": line_.action,
        "sentence": entry.sentence, "data": line_.data,
        "actor": {"id": by.actor_id, "label": by.actor_label, "type": by.actor_type},
        "on_behalf_of": by.on_behalf_of, "roles": by.roles, "by_right": by.by_right,
        "subject": {
            "type": line_.subject_type, "id": line_.subject_id, "label": line_.subject_label,
        },
        "channel": by.channel, "ip": by.ip, "request_id": by.request_id, "reason": by.reason,
    }  # fmt: skip


def _csv(entries: Iterable[Entry]) -> Iterable[bytes]:
    yield (BOM + line(COLUMNS)).encode()
    for each in entries:
        yield line([harmless(cell) for cell in _cells(each)]).encode()


def _cells(entry: Entry) -> list[str]:
    line_, by = entry.line, entry.by
    return [
        line_.id, by.at.isoformat(), by.who, ", ".join(by.roles), by.by_right, line_.action,
        entry.sentence, line_.subject_label, line_.subject_type, by.channel, by.ip, by.request_id,
        by.reason,
    ]  # fmt: skip
