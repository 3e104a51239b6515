"""A suspended or closing organisation: everything can be read, nothing changed, whoever tries."""

import secrets
from uuid import uuid4

import pytest
import sqlalchemy as sa

from stackroom.audit import bulk
from stackroom.audit.models import AuditEntry
from stackroom.core import idempotency, outbox
from stackroom.core.http import SAFE, Stackroom
from stackroom.core.permissions import Host, access_of, requires
from stackroom.libraries.models import Library
from stackroom.libraries.service import main_library
from stackroom.lifecycle import service
from stackroom.staff.models import SignInFailure
from stackroom.staff.permissions import ME_READ
from stackroom.testing.ending import act_as_system, close, do
from stackroom.testing.furnish import add_bib, furnish
from stackroom.testing.house import PASSWORD, Answer, Api, House
from stackroom.testing.visitor import Visitor, visit
from tenants import context
from tenants.errors import ReadOnlyOrganisation
from tenants.lifecycle import Status

STATES = ("suspended", "closing")
both_states = pytest.mark.parametrize("state", STATES)


def bring_to(house: House, state: str) -> None:
    if state == "closing":
        close(house, "moved to another town")
    else:
        do(house, lambda: service.suspend("the invoice of May"))


def body_of(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


@both_states
def test_every_route_that_changes_something_is_refused(
    app: Stackroom, north: House, state: str
) -> None:
    """From the app's own map, so a route that is written tomorrow is tried, too."""
    api, web = north.api("admin"), visit(north, "admin")
    web.get("/organisation")
    bring_to(north, state)
    tried, wrong = 0, []
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if (
            access is None
            or access.open_when_suspended
            or not access.host.covers(Host.ORGANISATION)
        ):
            continue
        path = rule.rule
        for name in rule.arguments:
            for kind in ("uuid:", "int:", "path:", ""):
                path = path.replace(f"<{kind}{name}>", str(uuid4()))
        for method in sorted((rule.methods or set()) - SAFE):
            answer = ask(api if path.startswith("/api/") else web, method, path)
            tried += 1
            if answer.status_code != 403 or f"organisation is {state}" not in answer.text:
                wrong.append(f"{method} {rule.rule}: {answer.status_code} {answer.text[:100]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 30


def ask(who: Api | Visitor, method: str, path: str) -> Answer:
    if isinstance(who, Api):
        return who.request(method, path, json={})
    return who.request(method, path, data={"csrf_token": who.token})


@both_states
def test_every_page_and_list_is_still_read(app: Stackroom, north: House, state: str) -> None:
    furnish(north)
    who = {role: (north.api(role), visit(north, role)) for role in ("admin", "librarian", "patron")}
    bring_to(north, state)
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access is None or rule.arguments or "GET" not in (rule.methods or ()):
            continue
        if not access.host.covers(Host.ORGANISATION) or not access.asks_who:
            continue
        if access.permission is None and access.writes:
            continue  # a link that serves once; this is none
        if rule.endpoint == "sso.come_back":
            continue  # no sign-in is under way
        if access.permission and not access.permission.roles:
            continue  # the operators' own
        role = next(
            (r for r in who if access.permission is None or r in access.permission.roles), "admin"
        )
        api, visitor = who[role]
        by_api = rule.rule.startswith("/api/")
        answer = api.get(rule.rule) if by_api else visitor.get(rule.rule, buffered=True)
        assert answer.status_code in (200, 302, 303, 404, 422), (rule, answer.text[:300])


class TestSuspended:
    def test_tokens_from_before_read_and_are_refreshed_and_do_not_write(self, north: House) -> None:
        given = {"email": north.email("admin"), "password": PASSWORD}
        before = north.anonymous().post("/api/v1/auth/tokens", json=given).json
        do(north, lambda: service.suspend("the invoice of May"))
        old = Api(north.app.test_client(), north.tenant.host, before["access_token"])
        assert old.get("/api/v1/staff").status_code == 200
        renewed = old.post(
            "/api/v1/auth/tokens/refresh", json={"refresh_token": before["refresh_token"]}
        )
        assert renewed.status_code == 200
        new = Api(north.app.test_client(), north.tenant.host, renewed.json["access_token"])
        for token in (old, new):
            refused = token.post("/api/v1/bibs", json={"title": "Too late"})
            assert body_of(refused) == (403, "organisation_suspended")
            assert refused.json["reason"] == "the invoice of May"
            assert "the invoice of May" in refused.json["detail"]
        assert new.delete("/api/v1/auth/tokens").status_code == 204

    def test_a_replayed_request_is_refused_too(self, north: House) -> None:
        api, key = north.api("librarian"), {idempotency.HEADER: secrets.token_hex(8)}
        done = api.post("/api/v1/bibs", json={"title": "In time"}, headers=key)
        assert done.status_code == 201
        do(north, lambda: service.suspend("unpaid"))
        again = api.post("/api/v1/bibs", json={"title": "In time"}, headers=key)
        assert body_of(again) == (403, "organisation_suspended")

    def test_a_wrong_password_is_counted_and_refused(self, north: House) -> None:
        do(north, lambda: service.suspend("unpaid"))
        wrong = {"email": north.email("admin"), "password": "not this one"}
        assert north.anonymous().post("/api/v1/auth/tokens", json=wrong).status_code == 401
        with north.work("admin") as session:
            assert session.scalars(sa.select(SignInFailure.failures)).one() == 1

    def test_who_reads_a_patron_still_leaves_a_trace(self, north: House) -> None:
        furnish(north)
        librarian = north.api("librarian")
        patron = librarian.get("/api/v1/patrons").json["items"][0]["id"]
        do(north, lambda: service.suspend("unpaid"))
        assert librarian.get(f"/api/v1/patrons/{patron}").status_code == 200
        with north.work("admin") as session:
            viewed = sa.select(AuditEntry).where(AuditEntry.action == "patron.viewed")
            assert session.scalars(viewed).all()


class TestClosing:
    def test_the_refusal_says_until_when_and_how_to_undo_it(self, north: House) -> None:
        api = north.api("librarian")
        close(north, "moved to another town")
        refused = api.post("/api/v1/bibs", json={"title": "Too late"})
        assert body_of(refused) == (403, "organisation_closing")
        assert "an admin can undo this under Settings" in refused.json["detail"]
        assert refused.json["reason"] == "moved to another town"
        assert refused.json["closes_at"].endswith("Z")

    def test_admins_sign_in_and_the_public_catalogue_stays(self, north: House) -> None:
        with north.work():
            add_bib()
        close(north)
        given = {"email": north.email("admin"), "password": PASSWORD}
        assert north.anonymous().post("/api/v1/auth/tokens", json=given).status_code == 200
        assert north.anonymous().get("/api/v1/bibs").json["total"] == 1
        assert north.anonymous().get("/catalogue").status_code == 200


class TestBelowTheEdge:
    """A job, a command or a route that forgot: the wall itself refuses."""

    @both_states
    def test_no_row_is_added_changed_or_deleted(self, north: House, state: str) -> None:
        bring_to(north, state)
        with pytest.raises(ReadOnlyOrganisation, match=f"is {state}"), north.work():
            add_bib()
        with pytest.raises(ReadOnlyOrganisation), north.work():
            main_library().name = "Renamed"
        with pytest.raises(ReadOnlyOrganisation), north.work() as session:
            session.delete(main_library().service_points[0])

    def test_nor_many_at_once(self, north: House) -> None:
        do(north, lambda: service.suspend("unpaid"))
        new = {"code": "x", "name": "x", "timezone": "UTC", "currency": "EUR"}
        with pytest.raises(ReadOnlyOrganisation), north.work() as session:
            bulk.insert(session, Library, [new])
        with pytest.raises(ReadOnlyOrganisation), north.work() as session:
            session.execute(sa.delete(SignInFailure))

    def test_a_route_that_reads_and_yet_writes_is_a_refusal_and_no_crash(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @requires(ME_READ, writes=True)
        def forgetful() -> str:
            add_bib()
            return ""

        (endpoint,) = {
            rule.endpoint for rule in north.app.url_map.iter_rules() if rule.rule == "/api/v1/me"
        }
        monkeypatch.setitem(north.app.view_functions, endpoint, forgetful)
        api = north.api("admin")
        do(north, lambda: service.suspend("unpaid"))
        assert body_of(api.get("/api/v1/me")) == (403, "organisation_suspended")

    def test_jobs_wait_and_what_tells_of_the_closing_does_not(self, north: House) -> None:
        assert north.tenant.status is Status.ACTIVE
        close(north)  # the mail that opened the house is still waiting, and goes on waiting
        assert act_as_system(north, outbox.deliver) == 2  # the mail to the admin, and the export
        do(north, service.reopen)
        assert act_as_system(north, outbox.deliver) == 2

    def test_the_exception_says_why(self) -> None:
        with (
            pytest.raises(ValueError, match="say why"),
            context.writing_though_read_only(""),
        ):
            raise AssertionError
