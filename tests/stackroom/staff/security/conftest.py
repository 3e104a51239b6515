"""What reaches somebody's mailbox, and what the trail says of it."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from config import Settings
from stackroom.notifications.mail import FolderMailer
from stackroom.testing.house import House

Mailbox = Callable[..., list[EmailMessage]]
Told = Callable[[House, str], list[dict[str, Any]]]


@pytest.fixture
def mailbox(settings: Settings) -> Mailbox:
    """Mails to a person of a role, newest first, once the worker has run; by words of subject."""
    folder = FolderMailer(settings.data_dir / "mail")

    def read(house: House, role: str, subject: str = "") -> list[EmailMessage]:
        house.deliver()
        mine = folder.delivered(str(house.tenant.uuid))
        return [m for m in mine if m["To"] == house.email(role) and subject in m["Subject"]]

    return read


@pytest.fixture
def link(mailbox: Mailbox) -> Callable[[House, str], str]:
    """The token of the newest link that somebody was mailed."""

    def read(house: House, role: str) -> str:
        newest = mailbox(house, role, "new password for")[0].get_body(("plain",))
        assert newest
        origin = house.app.settings.origin(house.tenant.host)
        found = re.search(rf"{re.escape(origin)}/reset-password\?token=(\S+)", newest.get_content())
        assert found
        return found[1]

    return read


@pytest.fixture
def told() -> Told:
    """Events of an action, as the auditor reads them."""

    def read(house: House, action: str) -> list[dict[str, Any]]:
        path = f"/api/v1/audit/entries?action={action}&per_page=100"
        found: list[dict[str, Any]] = house.api("auditor").get(path).json["items"]
        return found

    return read
