"""Every job: a handler of the outbox, a Celery task, a chore. None reaches another organisation by
an argument, and none runs for nobody."""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.core.outbox import OutboxMessage
from stackroom.jobs.celery import celery
from stackroom.jobs.envelope import HEADER, seal
from stackroom.jobs.tasks import Job
from stackroom.notifications.mail import FolderMailer
from stackroom.testing.house import House
from stackroom.testing.isolation.neighbours import Neighbours, neighbours
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import marks, snapshot
from tenants import context
from tenants.errors import WallError

Payloads = dict[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def sent() -> Iterator[Payloads]:
    """By topic, what the house that was opened last has sent."""
    found: Payloads = {}

    def note(_mapper: object, _connection: object, message: OutboxMessage) -> None:
        found[message.topic] = message.payload

    sa.event.listen(OutboxMessage, "after_insert", note)
    yield found
    sa.event.remove(OutboxMessage, "after_insert", note)


@pytest.fixture(scope="module")
def two(app: Stackroom, sent: Payloads) -> Neighbours:
    """North first, so that what was sent is harbour's."""
    return neighbours(app)


@contextmanager
def at_work(app: Stackroom, house: House | None) -> Iterator[None]:
    tenant = house.tenant if house else None
    acting = acting_as(Provenance(SYSTEM, Channel.JOB))
    with app.app_context(), context.acting_for(tenant), acting:
        yield


def handlers() -> list[tuple[str, Any]]:
    return [pair for feature in registry.features for pair in feature.subscriptions.items()]


def test_a_handler_reaches_no_row_of_another_organisation(
    app: Stackroom, two: Neighbours, sent: Payloads, matrix: Recording
) -> None:
    """North's worker is told an id of harbour's."""
    foreign = marks(two.harbour)
    mails = FolderMailer(app.settings.data_dir / "mail")
    with matrix("job", at_least=2) as found:
        for topic, handler in handlers():
            assert topic in sent, f"furnish_every_table() sends nothing to “{topic}”"
            before, delivered = snapshot(two.harbour), len(mails.delivered())
            with at_work(app, two.north):
                how = outcome(handler, uuid7(), sent[topic])
            told = str(snapshot(two.north))
            leaks = [f"north now holds {mark}" for mark in foreign if mark in told]
            leaks += ["harbour has changed"] * (snapshot(two.harbour) != before)
            leaks += ["a mail was sent"] * (len(mails.delivered()) != delivered)
            found.note(topic, "handler", "arguments of harbour's", "; ".join(leaks), how)


def test_a_handler_does_not_run_for_nobody(
    app: Stackroom, sent: Payloads, two: Neighbours, matrix: Recording
) -> None:
    with matrix("job", at_least=2) as found:
        for topic, handler in handlers():
            with at_work(app, None):
                how = outcome(handler, uuid7(), sent[topic])
            leak = "" if how == "NoTenant" else f"it ended with {how or 'success'}"
            found.note(topic, "handler", "no organisation open", leak, how)


def test_a_chore_touches_its_own_organisation_only(
    app: Stackroom, two: Neighbours, matrix: Recording
) -> None:
    with matrix("job", at_least=0) as found:
        for chore in (chore for feature in registry.features for chore in feature.chores):
            before = snapshot(two.harbour)
            with at_work(app, two.north):
                how = outcome(chore.run)
            changed = "harbour has changed" * (snapshot(two.harbour) != before)
            found.note(chore.name, "chore", "run for north", changed, how)
            with at_work(app, None):
                how = outcome(chore.run)
            ran = "" if is_refusal(how) else f"it ended with {how or 'success'}"
            found.note(chore.name, "chore", "no organisation open", ran, how)


def test_a_task_runs_for_the_organisation_of_its_envelope_alone(
    app: Stackroom, two: Neighbours, matrix: Recording
) -> None:
    """Without an envelope, or with one that names nobody, it does nothing to anybody."""
    tasks = [task for task in celery.tasks.values() if isinstance(task, Job)]
    with at_work(app, two.harbour):
        theirs = seal()
    nobodys: Any = {HEADER: replace(theirs, organisation=uuid4()).as_header()}
    with matrix("job", at_least=2) as found:
        for task in (task for task in tasks if task.name.startswith("stackroom.")):
            for act, headers in (("no envelope", None), ("an organisation of nobody's", nobodys)):
                before = snapshot(two.north), snapshot(two.harbour)
                arguments = ("mischief",) * len(inspect.signature(task.run).parameters)
                how = str(task.apply(arguments, headers=headers).state)
                changed = before != (snapshot(two.north), snapshot(two.harbour))
                found.note(task.name, "task", act, "changes rows" * changed, how)


def outcome(job: Any, *arguments: Any) -> str:
    """The name of what it raised; empty if it ran to its end."""
    try:
        job(*arguments)
    except Exception as refused:  # noqa: BLE001 - a job may refuse in any way it likes
        return type(refused).__name__
    return ""


def is_refusal(name: str) -> bool:
    return name in {kind.__name__ for kind in WallError.__subclasses__()}
