"""A webhook under test, and the worker that delivers to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.outbound import Outbound
from stackroom.core.sealing import Seal
from stackroom.oversight.webhooks import courier
from stackroom.oversight.webhooks.forgetting import forget
from stackroom.oversight.webhooks.service import Terms
from stackroom.testing.house import Answer, House
from tenants import context

URL = "/api/v1/audit/webhooks"
NOW = timedelta(0)
SECONDS = 0.5
"""The patience with one answer."""


@dataclass
class Hook:
    """A webhook of a house. `now`: by its worker's clock."""

    house: House
    id: str
    secret: str
    now: datetime = field(default_factory=clock.now)

    def call(self, method: str, path: str = "", **options: Any) -> Answer:
        return self.house.api("admin").request(method, f"{URL}/{self.id}{path}", **options)

    @property
    def told(self) -> Any:
        return self.call("GET").json

    def deliveries(self, **query: Any) -> list[Any]:
        """Latest first."""
        found: list[Any] = self.call("GET", "/deliveries", query_string=query).json["items"]
        return found

    def tries(self, delivery_id: str) -> list[Any]:
        found: list[Any] = self.call("GET", f"/deliveries/{delivery_id}").json["tries"]
        return found

    def happen(self, label: str = "The tides") -> None:
        """One entry of the trail."""
        answer = self.house.api("admin").post("/api/v1/bibs", json={"title": label})
        assert answer.status_code == 201

    def work(
        self, after: timedelta = timedelta(0), task: Callable[..., None] | None = None
    ) -> None:
        """The worker comes round, so long after it did last."""
        self.now = max(self.now + after, clock.now())
        app = self.house.app
        outbound = Outbound(seconds=SECONDS, inward=True)
        with (
            clock.held_at(self.now),
            app.app_context(),
            context.acting_for(self.house.tenant),
            acting_as(Provenance(SYSTEM, Channel.JOB)),
        ):
            if task:
                task()
            else:
                courier.come_round(Terms(outbound, Seal(app.settings, "webhook secret")))

    def forget(self, after: timedelta) -> None:
        self.work(after, forget)


def add_hook(house: House, url: str, **fields: Any) -> Hook:
    body = {"name": "SIEM", "url": url, "actions": ["bib."], **fields}
    made = house.api("admin").post(URL, json=body)
    assert made.status_code == 201, made.json
    return Hook(house, made.json["id"], made.json["secret"])
