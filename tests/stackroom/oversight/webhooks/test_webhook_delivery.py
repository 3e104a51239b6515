"""Delivery: signed, at least once, in order, with patience, and never in silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.http import Stackroom
from stackroom.notifications.mail import FolderMailer
from stackroom.oversight.webhooks import courier, patience, payload, queue
from stackroom.oversight.webhooks.models import Queued
from stackroom.testing.delivering import Hook, add_hook
from stackroom.testing.house import House
from stackroom.testing.receiver import Receiver
from stackroom.testing.servers import free_port

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DOCUMENT = Path(__file__).parents[4] / "docs" / "webhooks.md"


def documented() -> Any:
    """`verify`, as docs/webhooks.md shows it."""
    code = DOCUMENT.read_text().partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    return names["verify"]


def events(house: House) -> list[str]:
    """Latest first."""
    listed = house.api("admin").get("/api/v1/audit/entries?subject_type=webhook").json["items"]
    return [entry["action"].partition(".")[2] for entry in listed]


def test_entries_arrive_signed(hook: Hook, siem: Receiver) -> None:
    hook.happen("Persuasion")
    hook.work()
    (message,) = siem.received
    assert documented()(hook.secret, message.headers, message.body)
    assert not documented()(hook.secret, message.headers, message.body + b" ")
    assert not documented()("whsec_AAAA", message.headers, message.body)
    assert message.json["type"] == "audit.entries"
    assert message.json["data"]["organisation"] == str(hook.house.tenant.uuid)
    (entry,) = siem.entries
    assert entry["sentence"] == "created the title “Persuasion”"
    (delivery,) = hook.deliveries()
    assert (delivery["outcome"], delivery["message_id"]) == ("delivered", message.id)
    assert delivery["entries"] == [entry["id"]]
    (attempt,) = hook.tries(delivery["id"])
    assert (attempt["status"], attempt["why"]) == (204, "")
    hook.work()
    assert len(siem.received) == 1


def test_only_what_the_filter_asks_for_is_sent(hook: Hook, siem: Receiver) -> None:
    with hook.house.work() as session:
        session.add(ItemType(code="x", name="Map"))
    hook.work()
    assert siem.received == []
    with hook.house.work() as session:
        assert session.scalars(sa.select(Queued)).all() == []


def test_ocsf_is_sent_as_an_array_of_events(north: House, siem: Receiver) -> None:
    hook = add_hook(north, siem.url, format="ocsf")
    hook.happen()
    hook.work()
    (event,) = siem.received[0].json
    assert event["class_uid"] == 3004
    assert event["metadata"]["uid"] == hook.deliveries()[0]["entries"][0]


@pytest.mark.parametrize(
    ("status", "why"), [(500, "it answered with the status 500"), (404, "404"), (302, "302")]
)
def test_what_was_refused_is_tried_again_under_the_same_id(
    hook: Hook, siem: Receiver, status: int, why: str
) -> None:
    siem.status, siem.redirects_to = status, siem.url if status == 302 else ""
    hook.happen()
    hook.work()
    assert hook.told["state"] == "failing"
    assert why in hook.told["why"]
    hook.work()  # too early
    assert len(siem.received) == 1
    siem.status, siem.redirects_to = 200, ""
    hook.work(MINUTE)
    first, second = siem.received
    assert (first.id, first.body) == (second.id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert hook.told["state"] == "on"
    assert events(hook.house)[:2] == ["recovered", "failing"]
    assert [one["status"] for one in hook.tries(hook.deliveries()[0]["id"])] == [200, status]


def test_a_receiver_that_says_nothing_is_cut_off(hook: Hook, siem: Receiver) -> None:
    siem.silent = True
    hook.happen()
    hook.work()
    (attempt,) = hook.tries(hook.deliveries()[0]["id"])
    assert attempt["status"] is None
    assert attempt["why"] == "it did not answer within 0.5 seconds"
    assert attempt["milliseconds"] >= 500


def test_a_receiver_that_is_away_is_tried_again(north: House, siem: Receiver) -> None:
    hook = add_hook(north, f"http://localhost:{free_port()}/")
    hook.happen()
    hook.work()
    (delivery,) = hook.deliveries()
    assert delivery["why"] == "it could not be reached, or broke off"
    hook.call("PATCH", json={"url": siem.url})
    hook.work(MINUTE)
    assert siem.received[0].id == delivery["message_id"]


def test_pauses_double_up_to_four_hours_give_or_take_a_fifth() -> None:
    for attempts, seconds in [(1, 30), (2, 60), (5, 480), (9, 7680), (10, 14400), (40, 14400)]:
        for _ in range(20):
            waits = patience.pause(attempts).total_seconds()
            assert 0.8 * seconds <= waits <= 1.2 * seconds
    assert len({patience.pause(9) for _ in range(20)}) > 1


def test_after_a_day_it_is_a_dead_letter_that_can_be_set_going_again(
    hook: Hook, siem: Receiver
) -> None:
    siem.status, siem.says = 503, "Come back: whsec_c2VjcmV0 v1,c2ln Bearer abc?token=abc"
    hook.happen("First")
    hook.work()
    hook.happen("Second")
    for _ in range(3):
        hook.work(12 * HOUR)
    dead, following = reversed(hook.deliveries())
    assert (dead["outcome"], dead["attempts"]) == ("dead", 3)
    assert dead["why"] == "it answered with the status 503"
    assert [one["id"] for one in hook.deliveries(outcome="dead")] == [dead["id"]]
    assert hook.tries(dead["id"])[0]["answer"] == "Come back: … … …"
    assert events(hook.house)[0] == "gave_up"
    assert following["outcome"] == "pending"

    siem.status = 200
    pending = hook.call("POST", f"/deliveries/{following['id']}/replays")
    assert (pending.status_code, pending.json["code"]) == (409, "webhook_delivery_not_dead")
    assert hook.call("POST", f"/deliveries/{dead['id']}/replays").status_code == 202
    siem.received.clear()
    hook.work(5 * HOUR)
    assert [one.id for one in siem.received] == [dead["message_id"], following["message_id"]]
    assert {"recovered", "replayed"} <= set(events(hook.house))


def test_days_of_failure_pause_it_and_the_admins_get_a_mail(
    app: Stackroom, hook: Hook, siem: Receiver
) -> None:
    siem.status = 500
    for day in range(4):
        hook.happen(f"Title of day {day}")
        for _ in range(3):
            hook.work(10 * HOUR)
    assert hook.told["state"] == "paused"
    assert hook.told["why"] == courier.TOO_LONG
    assert "paused" in events(hook.house)
    before = len(siem.received)
    hook.work(DAY)
    assert len(siem.received) == before
    with clock.held_at(hook.now):
        hook.house.deliver()
    mails = FolderMailer(app.settings.data_dir / "mail").delivered(str(hook.house.tenant.uuid))
    (mail,) = [one for one in mails if "paused" in str(one["Subject"])]
    assert mail["To"] == hook.house.email("admin")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part
        link = f"{hook.house.tenant.host}/audit/webhooks/{hook.id}"
        assert link in part.get_content().replace("\n", "")


def test_410_pauses_it_at_once_and_what_waits_is_sent_when_it_is_resumed(
    hook: Hook, siem: Receiver
) -> None:
    siem.status = 410
    hook.happen("First")
    hook.work()
    assert (hook.told["state"], hook.told["why"]) == ("paused", courier.GONE)
    siem.status = 200
    hook.happen("Second")
    hook.work(2 * DAY)
    assert len(siem.received) == 1
    assert hook.call("PATCH", json={"state": "on"}).json["state"] == "on"
    hook.work(DAY)
    labels = [entry["subject"]["label"] for entry in siem.entries]
    assert labels == ["First", "First", "Second"]
    assert hook.told["state"] == "on"


def test_a_worker_that_dies_after_sending_has_it_sent_twice(
    hook: Hook, siem: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.happen()
    with monkeypatch.context() as dying:
        dying.setattr(courier, "_settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hook.work()
    hook.work()  # the claim still holds
    assert len(siem.received) == 1
    hook.work(6 * MINUTE)
    first, second = siem.received
    assert (first.id, first.body) == (second.id, second.body)
    assert hook.deliveries()[0]["outcome"] == "delivered"


def test_a_transaction_that_commits_late_is_not_passed_over(hook: Hook, siem: Receiver) -> None:
    """Its id is lower than that of an entry which has arrived already."""
    hook.happen("On time")
    hook.work()
    with clock.held_at(clock.now() - HOUR):
        hook.happen("Late")
    hook.work()
    on_time, late = siem.entries
    assert (on_time["subject"]["label"], late["subject"]["label"]) == ("On time", "Late")
    assert int(late["id"].split("-")[0]) < int(on_time["id"].split("-")[0])


def test_a_long_transaction_fills_many_messages_in_order(
    hook: Hook, siem: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "AT_ONCE", 3)
    hook.call("PATCH", json={"actions": []})
    with hook.house.work() as session:
        session.add_all(ItemType(code=f"x{n}", name=f"Kind {n}") for n in range(7))
    hook.happen("Last")
    hook.work()
    sizes = [len(one.json["data"]["entries"]) for one in siem.received]
    assert max(sizes) == 3
    ids = [entry["id"] for entry in siem.entries]
    assert len(ids) == len(set(ids))
    labels = [entry["subject"]["label"] for entry in siem.entries]
    kinds = [label for label in labels if label.startswith("Kind")]
    assert sorted(kinds) == [f"Kind {n}" for n in range(7)]
    assert labels.index("Last") > labels.index(kinds[-1])


def test_a_span_is_sent_again_with_the_same_entries(hook: Hook, siem: Receiver) -> None:
    hook.happen("Persuasion")
    hook.work()
    span = {"since": (clock.now() - HOUR).isoformat()}
    assert hook.call("POST", "/replays", json=span).json["transactions"] >= 1
    hook.work()
    first, again = siem.entries
    assert first == again
    assert siem.received[0].id != siem.received[1].id
    assert hook.call("POST", "/replays", json={"since": "soon"}).status_code == 422


def test_a_test_is_tried_once_also_while_paused(hook: Hook, siem: Receiver) -> None:
    siem.status = 500
    hook.call("PATCH", json={"state": "paused"})
    asked = hook.call("POST", "/tests")
    assert (asked.status_code, asked.json["kind"]) == (202, "test")
    hook.house.deliver()
    assert siem.received[0].json["type"] == "audit.test"
    assert len(siem.entries) == 1
    (delivery,) = hook.deliveries()
    assert (delivery["outcome"], delivery["attempts"]) == ("dead", 1)
    assert hook.told["state"] == "paused"
    hook.work(DAY)
    assert len(siem.received) == 1


def test_what_breaks_on_our_side_is_no_endless_silence(
    hook: Hook, siem: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.happen()
    with monkeypatch.context() as broken:
        broken.setattr(payload, "body", lambda *_: 1 / 0)
        hook.work()
    assert hook.deliveries()[0]["why"] == courier.BROKE
    hook.work(MINUTE)
    assert len(siem.received) == 1


def test_attempts_are_kept_for_thirty_days(hook: Hook, siem: Receiver) -> None:
    hook.happen()
    hook.work()
    hook.forget(29 * DAY)
    assert len(hook.tries(hook.deliveries()[0]["id"])) == 1
    hook.forget(2 * DAY)
    assert hook.deliveries() == []


def test_what_a_paused_webhook_has_not_taken_goes_after_thirty_days(
    hook: Hook, siem: Receiver
) -> None:
    hook.happen()
    hook.call("PATCH", json={"state": "paused"})
    hook.forget(31 * DAY)
    assert events(hook.house)[0] == "let_go"
    hook.call("PATCH", json={"state": "on"})
    hook.work()
    assert siem.received == []


def test_writing_costs_no_statement_more(hook: Hook, harbour: House) -> None:
    """Where there is a webhook, nor where there is none: a trigger queues."""
    counted = []
    for house in (harbour, hook.house):
        with statements(house) as seen, house.work() as session:
            session.add(ItemType(code="y", name="Globe"))
        counted.append(len(seen))
    assert counted[0] == counted[1]
    for house, waits in ((harbour, 0), (hook.house, 1)):
        with house.work() as session:
            found = session.scalars(sa.select(Queued)).all()
            assert len(found) >= waits
            assert bool(found) == bool(waits)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with house.app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
