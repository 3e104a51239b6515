"""A patron about whom a house keeps all that it may keep of one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stackroom.audit.personal import key_of_patron
from stackroom.testing.desk import Desk
from stackroom.testing.house import House


@dataclass
class Reader:
    desk: Desk
    token: str
    """Stands in all that is hers, so that it is found in a database that many tests share."""
    id: str = ""

    @property
    def house(self) -> House:
        return self.desk.house

    @property
    def name(self) -> str:
        return f"Zerlina Quast{self.token}"

    @property
    def email(self) -> str:
        return f"z{self.token}@letters.example"

    @property
    def card(self) -> str:
        return f"CARD-{self.token}"

    @property
    def block(self) -> str:
        return f"dropped a quagga {self.token} in the bath"

    @property
    def path(self) -> str:
        return f"/api/v1/patrons/{self.id}"

    def pseudonym(self) -> str:
        with self.house.work():
            key = key_of_patron(UUID(self.id))
        assert key
        return key.name

    def erase(self, role: str = "admin", **body: Any) -> Any:
        given = {"reason": "Request 2026-114", **body}
        return self.house.api(role).post(f"{self.path}/erase", json=given)
