"""Somebody invites, and somebody reads the mail."""

import re
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from stackroom.notifications.mail import FolderMailer
from stackroom.testing.house import Answer, House
from stackroom.testing.serving import Served

PATIENCE = 30.0
"""Seconds until a worker has delivered a mail."""
LINK = re.compile(r"http://\S+/invitations/accept\?token=([\w-]+)")
EMAIL = "carl@x.example"
COLLEAGUE: dict[str, Any] = {"email": EMAIL, "name": "Carl Holm", "roles": ["librarian"]}
ACCEPTS = {"name": "Carl Holm", "password": "some calm words"}


@dataclass(slots=True)
class Inviting:
    house: House

    def invite(self, role: str = "admin", **changes: Any) -> Answer:
        body = COLLEAGUE | changes
        return self.house.api(role).post("/api/v1/invitations", json=body)

    def invited(self, **changes: Any) -> str:
        """The id of an invitation that was sent."""
        answer = self.invite(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def mails(self, to: str = EMAIL) -> list[EmailMessage]:
        """Newest first."""
        self.house.deliver()
        folder = FolderMailer(self.house.app.settings.data_dir / "mail")
        mine = folder.delivered(str(self.house.tenant.uuid))
        return [mail for mail in mine if mail["To"] == to]

    def token(self, to: str = EMAIL) -> str:
        """Of the newest mail."""
        found = LINK.search(text(self.mails(to)[0]))
        assert found
        return found[1]

    def accept(self, token: str, house: House | None = None, **changes: Any) -> Answer:
        body = {"token": token} | ACCEPTS | changes
        at = (house or self.house).anonymous()
        return at.post("/api/v1/invitations/acceptances", json=body)

    def events(self, action: str) -> list[dict[str, Any]]:
        answer = self.house.api("auditor").get(f"/api/v1/audit/entries?action={action}")
        return list(answer.json["items"])

    def state(self, invitation_id: str) -> str:
        answer = self.house.api("auditor").get(f"/api/v1/invitations/{invitation_id}")
        return str(answer.json["state"])


def invitation_token(served: Served, slug: str, to: str) -> str:
    """Of the newest mail to that address, once the worker has delivered it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        mails = served.request("GET", "/dev/mail.json", slug).json()["items"]
        for mail in mails:
            if mail["to"] == to and (found := LINK.search(mail["text"])):
                return found[1]
        time.sleep(0.1)
    raise TimeoutError(f"no invitation reached {to}")


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())
