"""A job knows its organisation, works for it alone, and leaves nothing behind in the process."""

import base64
import json
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest

from config import Settings
from stackroom.core import outbox
from stackroom.core.actor import Channel, provenance_or_none
from stackroom.core.errors import Conflict
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.lifecycle import service as lifecycle
from stackroom.notifications.mail import FolderMailer
from stackroom.testing.house import House, open_house
from tenants import context


def mails(house: House) -> list[EmailMessage]:
    """A house that was opened has one mail waiting: the link for its admin."""
    box = FolderMailer(house.app.settings.data_dir / "mail")
    mine = str(house.tenant.uuid)
    return [mail for mail in box.delivered() if mail["X-Stackroom-Organisation"] == mine]


def test_two_organisations_one_after_another_are_kept_apart(north: House, harbour: House) -> None:
    for house in (north, harbour):
        assert jobs.deliver(str(house.tenant.uuid)) == 1
        assert context.current_or_none() is None
        assert provenance_or_none() is None
    assert [mail["To"] for mail in mails(north)] == [north.email("admin")]
    assert [mail["To"] for mail in mails(harbour)] == [harbour.email("admin")]


def test_a_job_leaves_another_organisation_s_messages_alone(north: House, harbour: House) -> None:
    jobs.deliver(str(north.tenant.uuid))
    assert mails(harbour) == []


def test_a_second_delivery_of_one_wake_up_sends_nothing_more(north: House) -> None:
    assert jobs.deliver(str(north.tenant.uuid)) == 1
    assert jobs.deliver(str(north.tenant.uuid)) == 0
    assert len(mails(north)) == 1


def test_a_job_of_an_organisation_that_is_not_there_does_nothing(north: House) -> None:
    assert jobs.deliver(str(uuid4())) == 0
    assert context.current_or_none() is None


def test_the_jobs_of_a_suspended_organisation_wait_until_it_is_resumed(north: House) -> None:
    north.suspend()
    assert jobs.deliver(str(north.tenant.uuid)) == 0
    assert mails(north) == []

    with north.work("admin", Channel.CLI):
        lifecycle.resume()
    assert jobs.deliver(str(north.tenant.uuid)) == 1


def test_a_lost_wake_up_is_swept(north: House, harbour: House) -> None:
    """Nobody was woken: tests have no broker. The sweep visits every organisation."""
    jobs.sweep()
    assert len(mails(north)) == 1
    assert len(mails(harbour)) == 1
    assert context.current_or_none() is None


def begin(app: Stackroom, settings: Settings) -> None:
    """As a new process does: with wake-ups, and without a connection to the broker before."""
    jobs.celery._after_fork()  # type: ignore[attr-defined]  # the stubs leave it out
    jobs.install(app, settings)


@pytest.fixture
def queue(app: Stackroom, settings: Settings) -> Iterator[Path]:
    """The broker's folder."""
    begin(app, settings)
    yield settings.data_dir / "broker" / "queue"
    outbox.wake_with(None)


def test_a_wake_up_carries_the_organisation_and_nothing_else(app: Stackroom, queue: Path) -> None:
    """What is to be done stays in the database, behind the wall."""
    before = set(queue.iterdir())
    house = open_house(app, "woken")
    (message,) = set(queue.iterdir()) - before
    envelope = json.loads(message.read_text())
    arguments, keywords, _ = json.loads(base64.b64decode(envelope["body"]))
    assert envelope["headers"]["task"] == "stackroom.deliver"
    assert arguments == [str(house.tenant.uuid)]
    assert keywords == {}
    message.unlink()


def test_what_is_rolled_back_wakes_nobody(north: House, queue: Path) -> None:
    before = set(queue.iterdir())
    with pytest.raises(Conflict):
        send_and_refuse(north)
    assert set(queue.iterdir()) == before


def send_and_refuse(house: House) -> None:
    with house.work("admin") as session:
        outbox.send("staff.verification_mail", {"account_id": str(house.account("admin").id)})
        session.flush()  # the message is written, and yet not committed
        raise Conflict


def test_a_broker_that_is_away_loses_nothing(
    app: Stackroom, settings: Settings, queue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commit stands, the request is answered soon, and the sweep delivers later."""
    begin(app, settings.model_copy(update={"broker_url": "redis://127.0.0.1:1/0"}))
    began = time.monotonic()
    house = open_house(app, "unheard")
    assert time.monotonic() - began < 4
    begin(app, settings)
    assert '"event": "broker_unavailable"' in capsys.readouterr().out
    jobs.sweep()
    assert len(mails(house)) == 1
