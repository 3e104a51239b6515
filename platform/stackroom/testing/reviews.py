"""An access review under test: who is asked, who answers, and what the date brings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db
from stackroom.notifications.mail import FolderMailer
from stackroom.staff.reviews.tasks import come_round
from stackroom.staff.service import create_account
from stackroom.testing.house import Api, House
from tenants import context

PATH = "/api/v1/access-reviews"


@dataclass(slots=True)
class Campaign:
    house: House
    id: str = ""

    def person(self, name: str, *roles: str, since_days: int = 0) -> UUID:
        """Somebody new, whose account was opened so long ago."""
        with self.house.work("admin"):
            made = create_account(
                email=f"{name}@{self.house.tenant.slug}.example", name=name.title(),
                roles=roles, password_hash="!",
            )  # fmt: skip
            made.created_at = clock.now() - timedelta(days=since_days)
            return made.id

    def api(self, who: str = "admin") -> Api:
        return self.house.api(who)

    def start(self, **settings: Any) -> dict[str, Any]:
        """By Ada, until a week from now."""
        body = {"name": "Spring review", "due_on": self.day(7).isoformat(), **settings}
        answer = self.api().post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json["id"]
        started: dict[str, Any] = answer.json
        return started

    def day(self, days: int) -> date:
        """So many days from now, where the house is."""
        here = clock.now().astimezone(ZoneInfo(self.house.tenant.timezone))
        return (here + timedelta(days=days)).date()

    @property
    def path(self) -> str:
        return f"{PATH}/{self.id}"

    def show(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api().get(self.path).json
        return found

    def lines(self) -> dict[str, dict[str, Any]]:
        """By person and role: `{"berta admin": …}`."""
        items = self.api().get(f"{self.path}/lines?per_page=100").json["items"]
        return {f"{line['email'].partition('@')[0]} {line['role']}": line for line in items}

    def decide(self, line: str, decision: str, by: str = "admin", note: str = "") -> Any:
        path = f"{self.path}/lines/{self.lines()[line]['id']}"
        return self.api(by).patch(path, json={"decision": decision, "note": note})

    def states(self) -> dict[str, str]:
        return {name: line["state"] for name, line in self.lines().items()}

    def come_round(self, at: datetime | None = None) -> None:
        """What the worker does, as if it were `at`."""
        with (
            self.house.app.app_context(),
            context.acting_for(self.house.tenant),
            acting_as(Provenance(SYSTEM, Channel.JOB)),
            clock.held_at(at or clock.now()),
        ):
            come_round()

    def roles(self, who: str) -> tuple[str, ...]:
        with self.house.work("admin"):
            return self.house.account(who).roles

    def account_id(self, who: str) -> str:
        with self.house.work("admin"):
            return str(self.house.account(who).id)

    def told(self, action: str) -> list[dict[str, Any]]:
        """What the trail keeps of such acts, in their order."""
        with self.house.work("admin"):
            found = sa.select(AuditEntry).where(AuditEntry.action == action)
            ordered = found.order_by(AuditEntry.transaction_id, AuditEntry.position)
            return [entry.data or {} for entry in db.session.scalars(ordered)]

    def mails(self) -> list[tuple[str, str]]:
        """To whom and about what, after the outbox has run."""
        sent = self._delivered()
        return sorted((str(each["To"]).partition("@")[0], str(each["Subject"])) for each in sent)

    def letter(self, to: str) -> str:
        """The text of the last mail to somebody."""
        theirs = [each for each in self._delivered() if str(each["To"]).startswith(f"{to}@")]
        body = theirs[0].get_body(("plain",))
        assert body
        text: str = body.get_content()
        return text

    def _delivered(self) -> list[EmailMessage]:
        """What was sent at a time that a test has held waits for that time."""
        with clock.held_at(clock.now() + timedelta(days=90)):
            self.house.deliver()
        folder = FolderMailer(self.house.app.settings.data_dir / "mail")
        sent = folder.delivered(str(self.house.tenant.uuid))
        return [each for each in sent if "review" in str(each["Subject"])]
