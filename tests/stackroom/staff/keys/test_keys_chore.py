"""A week before a key ends, the admins get a mail; once, and only if it still matters."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.http import Stackroom
from stackroom.notifications.mail import FolderMailer
from stackroom.staff.keys import tasks
from stackroom.testing.furnish import add_key
from stackroom.testing.house import House
from tenants import context


def come_round(house: House, *, in_days: int) -> None:
    """The chore, as the worker runs it."""
    with (
        clock.held_at(clock.now() + timedelta(days=in_days)),
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        tasks.warn()


def deliver(house: House, *, in_days: int) -> None:
    with clock.held_at(clock.now() + timedelta(days=in_days)):
        assert house.deliver()


def told(house: House) -> int:
    entries = house.api("auditor").get("/api/v1/audit/entries?action=api_key.expiring").json
    return len(entries["items"])


def mails(app: Stackroom, house: House) -> list[EmailMessage]:
    found = FolderMailer(app.settings.data_dir / "mail").delivered(str(house.tenant.uuid))
    return [mail for mail in found if "API key" in str(mail["Subject"])]


def test_every_admin_is_told_once_a_week_before(app: Stackroom, north: House) -> None:
    made = add_key(north.api("admin"), ["bibs.read"], expires_in_days=30)
    come_round(north, in_days=22)
    assert told(north) == 0
    come_round(north, in_days=24)
    come_round(north, in_days=25)
    deliver(north, in_days=26)
    (mail,) = mails(app, north)
    assert mail["To"] == north.email("admin")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part
        text = part.get_content()
        assert "Website: Live" in text
        assert f"{north.tenant.host}/organisation/api-keys/{made['id']}" in text.replace("\n", "")
    assert told(north) == 1


@pytest.mark.parametrize("act", ["revoked", "replaced"])
def test_nobody_is_told_of_a_key_that_ends_on_purpose(
    app: Stackroom, north: House, act: str
) -> None:
    admin = north.api("admin")
    path = f"/api/v1/api-keys/{add_key(admin, ['bibs.read'], expires_in_days=30)['id']}"
    come_round(north, in_days=24)  # the mail waits
    if act == "revoked":
        admin.delete(path)
    else:
        admin.post(f"{path}/rotations", json={"overlap_hours": 168})
    deliver(north, in_days=25)
    assert mails(app, north) == []
