"""The acts, as the audit trail, the features and the admins see them."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.core.errors import Invalid
from stackroom.core.features import registry
from stackroom.lifecycle import service, tasks
from stackroom.lifecycle.errors import NotInThisState
from stackroom.notifications.mail import FolderMailer
from stackroom.testing.ending import act_as_system, close, do, standing
from stackroom.testing.house import House
from tenants.lifecycle import Status

ACTS: dict[str, Callable[[], object]] = {
    "suspended": lambda: service.suspend("unpaid"),
    "resumed": service.resume,
    "closing": lambda: service.close("moved", days=30),
    "reopened": service.reopen,
}
LIFE = (
    ("suspended", Status.SUSPENDED),
    ("resumed", Status.ACTIVE),
    ("suspended", Status.SUSPENDED),
    ("closing", Status.CLOSING),
    ("reopened", Status.SUSPENDED),
    ("resumed", Status.ACTIVE),
    ("closing", Status.CLOSING),
    ("reopened", Status.ACTIVE),
)


def mails(house: House) -> list[EmailMessage]:
    """Newest last, without the first one, which opened the organisation."""
    house.deliver()
    box = FolderMailer(house.app.settings.data_dir / "mail")
    mine = box.delivered(str(house.tenant.uuid))
    return [mail for mail in reversed(mine) if not mail["Subject"].startswith("Open ")]


def entries(house: House) -> list[str]:
    with house.work("admin") as session:
        acts = sa.select(AuditEntry.action).order_by(AuditEntry.transaction_id)
        found = session.scalars(acts.where(AuditEntry.action.like("organisation.%"))).all()
    return [action.removeprefix("organisation.") for action in found]


def test_every_step_is_told_in_the_trail_and_to_the_features(
    north: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Status] = []
    monkeypatch.setattr(registry, "on_status", told.append)
    for act, status in LIFE:
        do(north, ACTS[act])
        assert north.tenant.status is status
    assert told == [status for _, status in LIFE]
    assert entries(north)[-len(LIFE) :] == [act for act, _ in LIFE]


@pytest.mark.parametrize(
    ("before", "act", "sentence"),
    [
        ((), "resumed", "active cannot be resumed; it can be suspended, closed."),
        ((), "reopened", "active cannot be reopened"),
        (("suspended",), "suspended", "suspended cannot be suspended; it can be resumed, closed."),
        (("closing",), "resumed", "closing cannot be resumed; it can be reopened, purged."),
        (("closing",), "suspended", "closing cannot be suspended"),
        (("closing",), "closing", "closing cannot be closed"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    north: House, before: tuple[str, ...], act: str, sentence: str
) -> None:
    for step in before:
        do(north, ACTS[step])
    trail = entries(north)
    with pytest.raises(NotInThisState, match=sentence):
        do(north, ACTS[act])
    assert entries(north) == trail


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_asked_for(north: House, reason: str) -> None:
    for act in (service.suspend, lambda reason: service.close(reason, days=30)):
        with pytest.raises(Invalid):
            do(north, lambda act=act: act(reason))  # type: ignore[misc]
    assert standing(north).status is Status.ACTIVE


class TestMail:
    def test_the_admins_are_told_of_the_closing_and_of_its_end(self, north: House) -> None:
        close(north)
        (told,) = mails(north)
        assert told["To"] == north.email("admin")
        text = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "The town has decided so." in text
        assert f"http://{north.tenant.host}" in text
        do(north, service.reopen)
        assert "is open again" in mails(north)[-1]["Subject"]

    def test_they_are_reminded_a_week_and_a_day_before_once_each(self, north: House) -> None:
        close(north)
        closes_at = north.tenant.closes_at
        assert closes_at
        mails(north)
        counts = []
        for days in (29, 8, 7, 6.5, 3, 1, 0.5, 0.1):
            with clock.held_at(closes_at - timedelta(days=days)):
                for _ in range(2):  # a chore may come twice
                    act_as_system(north, tasks.remind)
                counts.append(len(mails(north)) - 1)
        assert counts == [0, 0, 1, 1, 1, 2, 2, 2]

    def test_after_undoing_it_nobody_is_reminded_or_told_it_closes(self, north: House) -> None:
        close(north)  # its mail has not left yet
        do(north, service.reopen)
        act_as_system(north, tasks.remind)
        (only,) = mails(north)
        assert "is open again" in only["Subject"]

    def test_short_grace_brings_no_reminder_of_a_week(self, north: House) -> None:
        do(north, lambda: service.close("moved", days=3))
        act_as_system(north, tasks.remind)
        assert len(mails(north)) == 1
