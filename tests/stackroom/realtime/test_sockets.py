"""Who may open a socket, what it may listen to, and when it is cut off: a real server in this
process, real clients over websockets."""

import time
from collections.abc import Callable
from io import BytesIO
from threading import Thread
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from socketio.exceptions import ConnectionError as NotConnected

from stackroom.catalogue.imports import service
from stackroom.core.errors import Conflict
from stackroom.core.http import Stackroom
from stackroom.files.adapters import files
from stackroom.realtime import sockets
from stackroom.realtime.news import publish
from stackroom.testing.house import House
from stackroom.testing.listening import PATIENCE, Listener
from tenants.errors import NoTenant

Listen = Callable[..., Listener]
CSV = b"title\nThe first\nThe second\n"


def an_import(house: House, content: bytes = CSV) -> UUID:
    with house.work() as session:
        store = files(house.app.settings)
        job = service.create(BytesIO(content), filename="gift.csv", files=store)
        session.flush()
        return job.id


def tell(house: House, job_id: UUID, **data: Any) -> None:
    with house.work():
        publish(service.NEWS, job_id, data)


def test_open_sockets_are_counted_and_are_no_slow_answers(north: House, listen: Listen) -> None:
    answers = "stackroom_request_seconds_count"
    slow = {"route": sockets.PATH, "method": "GET", "status": "1xx"}
    before = REGISTRY.get_sample_value("stackroom_sockets") or 0
    page = listen(north)
    assert REGISTRY.get_sample_value("stackroom_sockets") == before + 1
    page.leave()
    began = time.monotonic()
    while REGISTRY.get_sample_value("stackroom_sockets") != before:
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.01)
    assert REGISTRY.get_sample_value(answers, slow) is None


def test_the_progress_of_an_import_is_told_after_each_commit(north: House, listen: Listen) -> None:
    job_id = an_import(north)
    page = listen(north)
    assert page.join("import", job_id) == {"joined": "import"}

    with north.work() as session:
        service.queue(service.job(job_id))
        session.flush()
    north.deliver()

    heard = [page.hear() for _ in range(3)]
    assert {(news["channel"], news["id"]) for news in heard} == {("import", str(job_id))}
    assert [(news["data"]["status"], news["data"]["read"]) for news in heard] == [
        ("running", 0), ("running", 2), ("succeeded", 2),
    ]  # fmt: skip
    answer = north.api("librarian").get(f"/api/v1/imports/{job_id}")
    assert heard[-1]["data"] == answer.json


def test_what_is_rolled_back_is_not_told(north: House, listen: Listen) -> None:
    job_id = an_import(north)
    page = listen(north)
    page.join("import", job_id)
    with pytest.raises(Conflict):
        tell_and_fail(north, job_id)
    tell(north, job_id, read=2)
    assert page.hear()["data"] == {"read": 2}


def tell_and_fail(house: House, job_id: UUID) -> None:
    with house.work():
        publish(service.NEWS, job_id, {"read": 1})
        raise Conflict("no")


@pytest.mark.parametrize(
    "message",
    ["foreign", "nothing", "unknown channel", "no permission", "no id", "a raw room", "no object"],
)
def test_whatever_may_not_be_heard_answers_alike(
    north: House, harbour: House, listen: Listen, message: str
) -> None:
    theirs, ours = an_import(harbour), an_import(north)
    asked: dict[str, object] = {
        "foreign": {"channel": "import", "id": str(theirs)},
        "nothing": {"channel": "import", "id": str(uuid4())},
        "unknown channel": {"channel": "loans", "id": str(ours)},
        "no permission": {"channel": "import", "id": str(ours)},
        "no id": {"channel": "import"},
        "a raw room": f"t/{harbour.tenant.uuid}/import/{theirs}",
        "no object": None,
    }
    page = listen(north, "patron" if message == "no permission" else "librarian")
    assert page.ask(asked[message]) == {"error": "not found"}
    assert rooms(north.app, page) == []


def rooms(app: Stackroom, page: Listener) -> list[str]:
    """Where it hears news."""
    found: list[str] = app.extensions["socketio"].server.rooms(page.sid)
    return [name for name in found if name.startswith("t/")]


def test_one_organisation_never_hears_another_even_under_the_same_id(
    north: House, harbour: House, listen: Listen
) -> None:
    job_id = an_import(north)
    with harbour.work() as session:
        store = files(harbour.app.settings)
        twin = service.create(BytesIO(CSV), filename="twin.csv", files=store)
        twin.id = job_id
        session.flush()
    ours, theirs = listen(north), listen(harbour)
    assert ours.join("import", job_id) == theirs.join("import", job_id) == {"joined": "import"}

    tell(north, job_id, of="north")
    tell(harbour, job_id, of="harbour")
    assert ours.hear()["data"] == {"of": "north"}
    assert theirs.hear()["data"] == {"of": "harbour"}
    assert ours.news.empty()
    assert theirs.news.empty()


def test_nothing_is_published_without_an_organisation(app: Stackroom) -> None:
    with app.app_context(), pytest.raises(NoTenant):
        publish(service.NEWS, uuid4(), {})


def test_nothing_is_published_on_a_channel_that_nobody_declared(north: House) -> None:
    with pytest.raises(LookupError, match="loans"), north.work():
        publish("loans", uuid4(), {})


class TestOpening:
    def test_a_page_of_another_site_may_not_use_our_cookie(
        self, north: House, harbour: House, port: int
    ) -> None:
        """Cross-site websocket hijacking: the browser sends the cookie, and the truth about who
        asks. A sibling organisation is another site, too."""
        cookie = {"Cookie": f"stackroom_session={north.api('admin').token}"}
        Listener(port, north.tenant.host, cookie).leave()  # the cookie itself is good
        for origin in ("https://evil.example", f"http://{harbour.tenant.host}:{port}", "null"):
            with pytest.raises(NotConnected):
                Listener(port, north.tenant.host, cookie, origin=origin)

    def test_nobody_without_a_sign_in(self, north: House, port: int) -> None:
        with pytest.raises(NotConnected):
            Listener(port, north.tenant.host, {})

    def test_nobody_with_a_credential_of_another_organisation(
        self, north: House, harbour: House, port: int
    ) -> None:
        token = harbour.api("admin").token
        name = north.app.config["SIGN_IN_COOKIE"]
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"{name}={token}"}):
            with pytest.raises(NotConnected):
                Listener(port, north.tenant.host, headers)

    def test_nobody_at_a_host_that_serves_nobody(self, north: House, port: int) -> None:
        bearer = {"Authorization": f"Bearer {north.api('admin').token}"}
        for host in ("nowhere.localhost", "localhost", "evil.example"):
            with pytest.raises(NotConnected):
                Listener(port, host, bearer)

    def test_a_request_that_is_no_websocket_is_told_so(self, north: House) -> None:
        """Nor is there long polling, whose requests would need sessions that stick."""
        admin = north.api("admin")
        for query in ("", "?EIO=4&transport=polling", "?EIO=4&transport=websocket"):
            assert admin.get(f"/socket.io/{query}").status_code == 400

    def test_a_server_that_serves_one_at_a_time_opens_none(self, north: House) -> None:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        path = "/socket.io/?EIO=4&transport=websocket"
        answer = north.api("admin").get(path, headers=upgrade)
        assert answer.status_code == 404
        assert "gevent" in answer.text


class TestStaying:
    def test_one_who_still_may_stays(self, north: House, listen: Listen) -> None:
        page = listen(north)
        page.join("import", an_import(north))
        sockets.recheck(north.app, page.sid)
        assert not page.cut_off.is_set()
        assert len(rooms(north.app, page)) == 1

    def test_a_suspended_organisation_closes_its_sockets(
        self, north: House, harbour: House, listen: Listen
    ) -> None:
        page, other = listen(north), listen(harbour)
        north.suspend()
        sockets.recheck(harbour.app, other.sid)
        is_cut_off(north, page)
        assert not other.cut_off.is_set()

    def test_a_token_that_has_expired_closes_its_socket(
        self, north: House, listen: Listen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = listen(north)
        hour_later = time.time() + 3601
        monkeypatch.setattr("stackroom.staff.tokens.time", SimpleNamespace(time=lambda: hour_later))
        assert page.join("import", an_import(north)) == {"error": "not found"}
        is_cut_off(north, page)

    def test_a_check_that_breaks_closes_the_socket(self, north: House, listen: Listen) -> None:
        page = listen(north)
        server = north.app.extensions["socketio"].server
        server.enter_room(page.sid, f"t/{north.tenant.uuid}/no-channel/{uuid4()}")
        is_cut_off(north, page)

    def test_what_can_no_longer_be_sent_is_not_waited_for(
        self, north: House, listen: Listen
    ) -> None:
        """A packet was taken to be sent when the client went: nobody will ever call it done."""
        page = listen(north)
        server = north.app.extensions["socketio"].server
        engine = server.eio.sockets[server.manager.eio_sid_from_sid(page.sid, "/")]
        engine.queue.unfinished_tasks += 1
        north.suspend()
        check = Thread(target=sockets.recheck, args=(north.app, page.sid), daemon=True)
        check.start()
        check.join(PATIENCE)
        assert not check.is_alive()
        assert page.cut_off.wait(PATIENCE)

    def test_a_check_of_a_socket_that_has_gone_does_nothing(
        self, north: House, listen: Listen
    ) -> None:
        page = listen(north)
        sid = page.sid
        page.leave()
        sockets.recheck(north.app, sid)


def is_cut_off(house: House, page: Listener) -> None:
    sockets.recheck(house.app, page.sid)
    assert page.cut_off.wait(PATIENCE)
