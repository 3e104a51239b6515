"""A house whose trail an auditor checks: acts of chosen people at chosen moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.events import EVENTS, record
from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.core.actor import Actor, ActorType, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.staff.service import create_account
from stackroom.testing.house import Answer, Api, House
from tenants import context

PATH = "/api/v1/audit/reports"
DAY = datetime(2026, 3, 4, 10, tzinfo=UTC)
"""A Wednesday, an hour before noon in Zurich."""


@dataclass(slots=True)
class Thing:
    """Stands for a record: events ask for no more."""

    id: UUID | None
    label: str = "Thing"
    library_id: UUID | None = None


@dataclass(slots=True)
class Auditing:
    house: House

    def person(self, name: str, *roles: str) -> Actor:
        with self.house.work("admin"):
            made = create_account(
                email=f"{name}@{self.house.tenant.slug}.example", name=name.title(),
                roles=roles or ("librarian",), password_hash="!",
            )  # fmt: skip
            return Actor(ActorType.PERSON, made.id, made.name)

    def act(
        self, who: Actor, *actions: str, at: datetime = DAY, about: Thing | None = None,
        ip: str = "", channel: Channel = Channel.WEB, batch_id: UUID | None = None, **data: Any,
    ) -> None:  # fmt: skip
        """One transaction at that moment, with an event of each action. What their sentences need
        and `data` lacks is filled in."""
        about = about or Thing(uuid7())
        present = Provenance(who, channel, ip=ip, batch_id=batch_id)
        with (
            self.house.app.app_context(), context.acting_for(self.house.tenant),
            acting_as(present), clock.held_at(at), transaction(),
        ):  # fmt: skip
            for action in actions:
                event = EVENTS[action]
                record(event, about, **{**dict.fromkeys(event.fields, "-"), **data})

    def api(self, who: str = "auditor") -> Api:
        return self.house.api(who)

    def run(self, control: str, who: str = "auditor", **asked: Any) -> dict[str, Any]:
        """Over March 2026, unless another span is asked for."""
        answer = self.ask(control, who, **asked)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    def ask(self, control: str, who: str = "auditor", **asked: Any) -> Answer:
        body = {"control": control, "since": "2026-03-01", "until": "2026-03-31", **asked}
        return self.api(who).post(f"{PATH}/runs", json=body)

    def findings(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        page = self.api().get(f"{PATH}/runs/{run['id']}/findings?per_page=100")
        assert page.status_code == 200, page.text
        items: list[dict[str, Any]] = page.json["items"]
        return items

    def found(self, control: str, **asked: Any) -> list[dict[str, Any]]:
        return self.findings(self.run(control, **asked))

    def told(self, action: str) -> list[AuditEntry]:
        with self.house.work("admin"):
            wanted = sa.select(AuditEntry).where(AuditEntry.action == action)
            lines = db.session.scalars(wanted.order_by(AuditEntry.transaction_id)).all()
            db.session.expunge_all()
            return list(lines)


def figures(finding: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in finding["figures"]}


def this_month() -> dict[str, str]:
    """A span that ends today, for acts through the real desk."""
    today: date = clock.now().date()
    return {
        "since": (today - timedelta(days=30)).isoformat(),
        "until": (today + timedelta(days=1)).isoformat(),
    }
