"""The past under test: records that change, imports that are undone, and what is told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.catalogue.models import Bib, BibIsbn, Holdings, Item
from stackroom.core.database import db
from stackroom.testing.house import Answer, Api, House
from stackroom.testing.importing import Importer

AUDIT = "/api/v1/audit"


@dataclass(slots=True)
class Past:
    house: House
    importer: Importer

    def api(self, role: str = "admin") -> Api:
        return self.house.api(role)

    def add_bib(self, title: str = "Kalevala", **fields: Any) -> str:
        return self._made("/api/v1/bibs", {"title": title, **fields})

    def add_item(self, bib: str, barcode: str, **fields: Any) -> str:
        return self._made("/api/v1/items", {"bib_id": bib, "barcode": barcode, **fields})

    def _made(self, path: str, body: Mapping[str, Any]) -> str:
        answer = self.api("librarian").post(path, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def as_of(self, kind: str, record: str, at: datetime | None = None) -> Answer:
        asked = {"at": at.isoformat()} if at else {}
        return self.api("auditor").get(f"{AUDIT}/records/{kind}/{record}/as-of", query_string=asked)

    def version(self, kind: str, record: str, at: datetime | None = None) -> str:
        return str(self.as_of(kind, record, at).json["record"]["version"])

    def restore(
        self, kind: str, record: str, version: str, role: str = "admin", **options: Any
    ) -> Answer:
        headers = options.pop("headers", {})
        body = {"version": version, "reason": "It was right before.", **options}
        path = f"{AUDIT}/records/{kind}/{record}/restore"
        return self.api(role).post(path, json=body, headers=headers)

    def bring_in(self, content: bytes | Path, **options: Any) -> UUID:
        """An import, run to its end; the id of its batch."""
        job = self.importer.begin(self.house, content, **options)
        assert self.importer.go(self.house, job).status == "succeeded"
        return job

    def preview(self, batch: UUID | str) -> Any:
        return self.api().get(f"{AUDIT}/batches/{batch}/undo").json

    def undo(self, batch: UUID | str, **options: Any) -> dict[str, Any]:
        """Asked for and run to its end."""
        body = {"reason": "The wrong file."}
        answer = self.api().post(f"{AUDIT}/batches/{batch}/undo", json=body)
        assert answer.status_code == 202, answer.text
        self.house.deliver()
        found: dict[str, Any] = self.api().get(f"{AUDIT}/undos/{answer.json['id']}").json
        return found

    def told(self, action: str) -> list[dict[str, Any]]:
        """What the trail keeps of such acts, in their order."""
        with self.house.work("admin"):
            found = sa.select(AuditEntry).where(AuditEntry.action == action)
            ordered = found.order_by(AuditEntry.transaction_id, AuditEntry.position)
            return [entry.data or {} for entry in db.session.scalars(ordered)]

    def catalogue(self) -> dict[str, list[dict[str, Any]]]:
        """Every row, without its revision: how often it was changed is history."""
        with self.house.work("admin"):
            return {model.__tablename__: _rows(model) for model in (Bib, Holdings, Item, BibIsbn)}


def _rows(model: Any) -> list[dict[str, Any]]:
    columns = [column for column in model.__table__.columns if column.name != "revision"]
    if model is BibIsbn:  # drawn anew, under other ids
        columns = [model.bib_id, model.isbn]
    keys = sa.select(*(getattr(model, column.name) for column in columns))
    return sorted((dict(row) for row in db.session.execute(keys).mappings()), key=repr)
