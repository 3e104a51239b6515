"""A job knows its organisation, works for it alone, and leaves nothing behind in the process."""

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import structlog

from config import Settings
from stackroom.core import outbox
from stackroom.core.actor import (
    SYSTEM,
    Channel,
    NoActor,
    Provenance,
    acting_as,
    provenance,
    provenance_or_none,
)
from stackroom.core.errors import Conflict
from stackroom.core.features import Chore, Feature, registry
from stackroom.core.http import Stackroom
from stackroom.jobs import celery as jobs
from stackroom.jobs.envelope import HEADER, seal
from stackroom.jobs.tasks import Job, PlatformJob
from stackroom.lifecycle import service as lifecycle
from stackroom.notifications.mail import FolderMailer
from stackroom.observability import logs
from stackroom.testing.house import House, open_house
from tenants import context
from tenants.errors import NoTenant


def mails(house: House) -> list[EmailMessage]:
    """A house that was opened has one mail waiting: the link for its admin."""
    box = FolderMailer(house.app.settings.data_dir / "mail")
    return box.delivered(str(house.tenant.uuid))


def deliver(house: House) -> Any:
    return do(house, jobs.deliver)


def do(house: House, job: Any, *arguments: str, request_id: str = "") -> Any:
    """As a worker does that has taken the message from the broker."""
    actor = Provenance(SYSTEM, Channel.JOB, request_id=request_id)
    with context.acting_for(house.tenant), acting_as(actor):
        sealed = {HEADER: seal().as_header()}
    return job.apply(arguments, headers=sealed).get()


def test_two_organisations_one_after_another_are_kept_apart(north: House, harbour: House) -> None:
    for house in (north, harbour):
        assert deliver(house) == 1
        assert context.current_or_none() is None
        assert provenance_or_none() is None
    assert [mail["To"] for mail in mails(north)] == [north.email("admin")]
    assert [mail["To"] for mail in mails(harbour)] == [harbour.email("admin")]


def test_a_job_leaves_another_organisation_s_messages_alone(north: House, harbour: House) -> None:
    deliver(north)
    assert mails(harbour) == []


def test_a_second_delivery_of_one_wake_up_sends_nothing_more(north: House) -> None:
    assert deliver(north) == 1
    assert deliver(north) == 0
    assert len(mails(north)) == 1


def test_a_job_of_an_organisation_that_is_not_there_does_nothing(north: House) -> None:
    gone = replace(north, tenant=replace(north.tenant, uuid=uuid4()))
    assert deliver(gone) is None
    assert context.current_or_none() is None


def test_the_jobs_of_a_suspended_organisation_wait_until_it_is_resumed(north: House) -> None:
    north.suspend()
    assert deliver(north) == 0
    assert mails(north) == []

    with north.work("admin", Channel.CLI):
        lifecycle.resume()
    assert deliver(north) == 1


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


def test_a_wake_up_carries_its_envelope_and_no_arguments(app: Stackroom, queue: Path) -> None:
    """What is to be done stays in the database, behind the wall."""
    before = set(queue.iterdir())
    house = open_house(app, "woken")
    (message,) = set(queue.iterdir()) - before
    sent = json.loads(message.read_text())
    arguments, keywords, _ = json.loads(base64.b64decode(sent["body"]))
    assert sent["headers"]["task"] == "stackroom.deliver"
    assert (arguments, keywords) == ([], {})
    envelope = sent["headers"][HEADER]
    assert envelope["organisation"] == str(house.tenant.uuid)
    assert envelope["actor"] == ["person", "", "Ada Admin"]
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


class TestTheEnvelope:
    def test_no_job_is_sent_for_nobody(self, north: House) -> None:
        """The chokepoint: neither without an organisation nor without an actor."""
        with acting_as(Provenance(SYSTEM, Channel.JOB)), pytest.raises(NoTenant):
            jobs.deliver.apply_async()
        with context.acting_for(north.tenant), pytest.raises(NoActor):
            jobs.deliver.delay()

    @pytest.mark.parametrize(
        "header",
        [
            None, {}, {"organisation": "north"}, "north",
            {"organisation": str(uuid4()), "actor": ["king", "", ""], "request_id": "",
             "traceparent": ""},
            {"organisation": str(uuid4()), "actor": [], "request_id": "", "traceparent": ""},
        ],
    )  # fmt: skip
    def test_a_message_without_a_sound_envelope_is_refused(
        self, north: House, header: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It runs for nobody, is told in the log, and is not tried again."""
        refused = jobs.deliver.apply(headers={HEADER: header} if header else None)
        assert str(refused.state) == "IGNORED"
        assert '"event": "job_refused"' in capsys.readouterr().out
        assert mails(north) == []

    def test_it_brings_the_request_and_the_actor_along(self, north: House) -> None:
        seen: list[Provenance] = []

        def look() -> None:
            seen.append(provenance())

        do(north, told(look), request_id="asked-for-it")
        assert (seen[0].request_id, seen[0].channel) == ("asked-for-it", Channel.JOB)
        assert seen[0].actor == SYSTEM

    def test_nothing_is_left_behind_when_a_job_breaks(self, north: House, harbour: House) -> None:
        def breaks() -> None:
            assert context.current().id == north.tenant.id
            raise LookupError

        with pytest.raises(LookupError):
            do(north, told(breaks))
        assert context.current_or_none() is None
        assert provenance_or_none() is None
        assert deliver(harbour) == 1

    def test_each_line_says_for_whom_and_the_next_job_s_lines_do_not(
        self, north: House, harbour: House, noisy: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def speak() -> None:
            structlog.get_logger().warning("inside")

        job = told(speak)
        do(north, job, request_id="first")
        do(harbour, job, request_id="second")
        jobs.log.warning("outside")
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        ours, theirs = str(north.tenant.uuid), str(harbour.tenant.uuid)
        assert [(each["event"], each.get("tenant"), each.get("request_id")) for each in lines] == [
            ("inside", ours, "first"), ("job", ours, "first"),
            ("inside", theirs, "second"), ("job", theirs, "second"),
            ("outside", None, None),
        ]  # fmt: skip

    def test_a_job_that_breaks_says_so_while_its_organisation_is_open(
        self, north: House, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def breaks() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            do(north, told(breaks), request_id="asked-for-it")
        (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert line["event"] == "job_failed"
        assert (line["tenant"], line["request_id"]) == (str(north.tenant.uuid), "asked-for-it")

    def test_and_tells_it_in_the_trail_of_its_organisation(
        self, north: House, harbour: House
    ) -> None:
        def breaks() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            do(north, told(breaks), request_id="asked-for-it")
        for house, failures in ((north, ["asked-for-it"]), (harbour, [])):
            told_there = house.api("auditor").get("/api/v1/audit/entries?action=job.failed")
            assert [it["request_id"] for it in told_there.get_json()["items"]] == failures

    def test_threads_of_one_worker_keep_their_organisations_apart(
        self, north: House, harbour: House
    ) -> None:
        """Two jobs at the same moment: each waits inside until the other is inside as well."""
        both = Barrier(2, timeout=20)

        def look() -> str:
            both.wait()
            return context.current().slug

        job = told(look)
        with ThreadPoolExecutor(2) as pool:
            found = [pool.submit(do, house, job) for house in (north, harbour)]
        assert [one.result() for one in found] == [north.tenant.slug, harbour.tenant.slug]


@pytest.fixture
def noisy(settings: Settings) -> Iterator[None]:
    logs.configure(settings.model_copy(update={"log_level": "INFO"}))
    yield
    logs.configure(settings)


def told(work: Any) -> Any:
    """A job that is made for one test."""
    return jobs.celery.task(base=Job, name=f"test.{uuid4()}", shared=False)(work)


def test_every_task_is_of_one_of_the_two_kinds() -> None:
    """Celery's own apart: a task of ours opens its organisation, or says why it has none."""
    jobs.celery.finalize()
    ours = [task for name, task in jobs.celery.tasks.items() if name.startswith("stackroom.")]
    assert len(ours) >= 4
    for task in ours:
        assert isinstance(task, (Job, PlatformJob)), task.name
        assert isinstance(task, Job) or len(task.why) > 10, task.name


class TestChores:
    def test_each_stands_in_the_schedule(self) -> None:
        scheduled = jobs.celery.conf.beat_schedule
        for chore in registry.chores:
            assert scheduled[chore.name]["args"] == (chore.name,)
            assert scheduled[chore.name]["schedule"] == chore.every

    def test_one_comes_round_to_each_organisation_that_is_kept_up(
        self, north: House, harbour: House, queue: Path
    ) -> None:
        harbour.suspend()
        chore = registry.chores[0]
        before = set(queue.iterdir())
        jobs.come_round.apply((chore.name,)).get()
        sent = [json.loads(message.read_text()) for message in set(queue.iterdir()) - before]
        called_on = {message["headers"][HEADER]["organisation"] for message in sent}
        assert str(north.tenant.uuid) in called_on
        assert str(harbour.tenant.uuid) not in called_on

    def test_one_runs_for_the_organisation_of_its_envelope(self, north: House) -> None:
        for chore in registry.chores:
            do(north, jobs.do_chore, chore.name)

    def test_one_that_was_called_before_a_suspension_does_nothing_after_it(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran: list[str] = []
        chore = Chore("test.count", timedelta(hours=1), lambda: ran.append(context.current().slug))
        counting = Feature(name="test", chores=(chore,))
        monkeypatch.setattr(registry, "features", (*registry.features, counting))
        do(north, jobs.do_chore, chore.name)
        assert ran == [north.tenant.slug]
        north.suspend()
        do(north, jobs.do_chore, chore.name)
        assert ran == [north.tenant.slug]

    def test_one_that_nobody_declared_fails(self, north: House) -> None:
        with pytest.raises(LookupError, match="no feature has a chore"):
            do(north, jobs.do_chore, "mischief")
