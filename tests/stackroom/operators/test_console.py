"""What an operator sees and does at the console: states and numbers, no row of a library."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core.http import Stackroom
from stackroom.core.outbox import ATTEMPTS, OutboxMessage
from stackroom.core.permissions import Access, Host, access_of
from stackroom.operators import counting, faults
from stackroom.operators.models import OperatorAct, PlatformError
from stackroom.testing.console import Staffed, platform
from stackroom.testing.furnish import add_bib, add_item, add_patron, furnish
from stackroom.testing.house import House
from stackroom.testing.visitor import Visitor, on_platform, visit

NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def console(mia: Staffed) -> Visitor:
    return mia.signed_in()


def page_of(house: House) -> str:
    return f"/console/organisations/{house.tenant.uuid}"


def routes(app: Stackroom) -> Iterator[tuple[str, str, Access]]:
    """Method, path and declaration of every route, with an id of nothing where one is asked."""
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        assert access
        if rule.websocket:
            continue  # no page, and tried in tests/stackroom/realtime
        values: dict[str, Any] = dict.fromkeys(rule.arguments, NOBODY)
        values |= {name: 1 for name in values if f"<int:{name}>" in rule.rule}
        method = "GET" if "GET" in (rule.methods or ()) else next(iter(rule.methods or set()))
        path = app.url_map.bind("any.test").build(
            rule.endpoint, values, method=method, append_unknown=False
        )
        for each in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield each, path, access


class TestHosts:
    """Drawn from the url map, so that a route is covered on the day it is written."""

    def test_no_route_of_the_console_answers_elsewhere(
        self, app: Stackroom, north: House, console: Visitor
    ) -> None:
        ours = [
            (method, path) for method, path, access in routes(app) if access.host is Host.CONSOLE
        ]
        assert len(ours) > 10
        for elsewhere in (visit(north, "admin"), on_platform(app)):
            for method, path in ours:
                assert elsewhere.request(method, path).status_code == 404, path

    def test_no_other_route_answers_at_the_console(self, app: Stackroom, console: Visitor) -> None:
        for method, path, access in routes(app):
            if not access.host.covers(Host.CONSOLE):
                assert console.request(method, path).status_code == 404, path

    def test_no_page_opens_without_a_second_factor(self, app: Stackroom, mia: Staffed) -> None:
        nobody, half = mia.visitor(), mia.signed_in(proven=False)
        for method, path, access in routes(app):
            if access.host is not Host.CONSOLE or access.permission is None:
                continue
            assert nobody.request(method, path).location.startswith("/console/sign-in"), path
            if access.permission.key == "console.operate":
                assert half.request(method, path).status_code == 403, path

    def test_an_admin_of_an_organisation_holds_no_permission_of_the_console(
        self, north: House
    ) -> None:
        me = north.api("admin").get("/api/v1/me").json
        assert not [key for key in me["permissions"] if key.startswith("console.")]


def test_the_frame_is_the_consoles_own(console: Visitor) -> None:
    page = console.get("/console/acts").text
    assert 'action="/console/sign-out"' in page
    assert 'href="/console/jobs"' in page
    assert "/account" not in page


class TestOrganisations:
    def test_are_found_by_name_state_and_plan(self, console: Visitor, north: House) -> None:
        slug = north.tenant.slug
        assert slug in console.get(f"/console/organisations?q={slug}&status=active").text
        for query in (f"q={slug}&status=suspended", f"q={slug}&plan=standard", "q=nobody-here"):
            page = console.get(f"/console/organisations?{query}")
            assert "No organisation fits" in page.text
        assert console.get("/console/organisations?status=asleep").status_code == 422
        assert console.get("/console/organisations?sort=id").status_code == 422
        assert slug in console.get(f"/console/organisations?q={slug}&sort=newest&plan=free").text

    def test_a_page_shows_numbers_and_no_word_of_the_library(
        self, console: Visitor, north: House
    ) -> None:
        furnish(north)
        with north.work() as session:
            add_item(add_bib("The secret garden"), "SECRET-1")
            add_patron("SECRET-2", name="Frances Burnett")
            session.flush()
        page = console.get(page_of(north))
        assert page.status_code == 200
        for secret in ("secret garden", "SECRET", "Burnett", "Ada Admin", north.email("librarian")):
            assert secret not in page.text
        with north.app.app_context(), platform(north.app):
            counted = counting.usage(north.tenant)
        assert (counted.bibs, counted.items, counted.patrons) == (3, 2, 2)
        assert counted.staff == 3
        assert counted.open_loans == 1
        assert counted.storage > 0
        assert counted.last_activity

    def test_looking_leaves_an_act(self, app: Stackroom, console: Visitor, north: House) -> None:
        console.get(page_of(north))
        assert acts_on(app, north) == ["looked"]
        page = console.get(f"/console/acts?organisation={north.tenant.uuid}")
        assert "looked at" in page.text
        assert "Operator Mia Holt (Stackroom)" in page.text
        assert "No act fits" in console.get(f"/console/acts?organisation={NOBODY}").text

    def test_one_that_is_not_there_answers_404(self, console: Visitor) -> None:
        assert console.get(f"/console/organisations/{NOBODY}").status_code == 404

    def test_counting_can_write_nothing(self, app: Stackroom, north: House, dialect: str) -> None:
        """PostgreSQL refuses; on both, nothing is ever committed."""
        with app.app_context(), counting._counting(north.tenant) as session:
            session.add(OutboxMessage(topic="x", payload={}))
            refused = pytest.raises(sa.exc.InternalError, match="read-only transaction")
            with refused if dialect == "postgresql" else nullcontext():
                session.flush()
        with north.work() as session:
            assert "x" not in session.scalars(sa.select(OutboxMessage.topic)).all()


class TestSuspending:
    def test_makes_read_only_with_a_reason_under_the_operators_name(
        self, app: Stackroom, console: Visitor, north: House
    ) -> None:
        console.get(page_of(north))
        answer = console.post(f"{page_of(north)}/suspend", {"reason": "Unpaid since May"})
        assert answer.location == page_of(north)
        assert "Unpaid since May" in console.get(page_of(north)).text
        admin = visit(north, "admin")
        assert "Unpaid since May" in admin.get("/start").text
        assert admin.post("/organisation", {"name": "X", "timezone": "UTC"}).status_code == 403
        entry = newest(north, "organisation.suspended")
        assert entry["actor"]["label"] == "Operator Mia Holt (Stackroom)"
        assert entry["actor"]["type"] == "operator"
        assert "Unpaid since May" in entry["sentence"]
        assert acts_on(app, north)[-1] == "looked"
        assert "suspended" in acts_on(app, north)

        console.post(f"{page_of(north)}/resume")
        assert admin.post("/organisation", {"name": "X", "timezone": "UTC"}).status_code == 303
        assert "resumed" in acts_on(app, north)

    def test_asks_for_a_reason(self, app: Stackroom, console: Visitor, north: House) -> None:
        console.get(page_of(north))
        answer = console.post(f"{page_of(north)}/suspend", {"reason": ""})
        assert answer.status_code == 422
        assert "suspended" not in acts_on(app, north)

    def test_what_its_state_does_not_allow_leaves_neither_act_nor_event(
        self, app: Stackroom, console: Visitor, north: House
    ) -> None:
        console.get(page_of(north))
        answer = console.post(f"{page_of(north)}/resume")
        assert answer.status_code == 409
        assert acts_on(app, north) == ["looked"]


class TestJobs:
    def test_that_failed_are_seen_without_personal_words_and_tried_again(
        self, console: Visitor, north: House
    ) -> None:
        north.deliver()
        with north.work() as session:
            session.add(
                OutboxMessage(
                    topic="staff.verification_mail", payload={}, attempts=ATTEMPTS,
                    last_error="550 no mailbox for eva@north.example, card 20331144, “Eva Holm”",
                )
            )  # fmt: skip
        slug = north.tenant.slug
        page = console.get(f"/console/jobs?q={slug}").text
        assert "no mailbox" in page
        for personal in ("eva@", "20331144", "Eva Holm"):
            assert personal not in page
        console.post(f"{page_of(north)}/retry")
        with north.work() as session:
            message = session.scalars(sa.select(OutboxMessage)).one()
            assert (message.attempts, message.last_error) == (0, "")
        assert "1 failed job of" in newest(north, "jobs.retried")["sentence"]

    def test_of_other_organisations_are_left_alone(
        self, console: Visitor, north: House, harbour: House
    ) -> None:
        for house in (north, harbour):
            house.deliver()
            with house.work() as session:
                session.add(OutboxMessage(topic="x", payload={}, attempts=3, last_error="broken"))
        console.get(page_of(north))
        console.post(f"{page_of(north)}/retry")
        with harbour.work() as session:
            assert session.scalars(sa.select(OutboxMessage.attempts)).all() == [3]

    def test_nothing_waits_where_all_is_done(self, console: Visitor, north: House) -> None:
        north.deliver()
        assert "Nothing waits" in console.get(f"/console/jobs?q={north.tenant.slug}").text

    def test_a_page_opens_a_bounded_number_of_organisations(
        self, app: Stackroom, console: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from stackroom.operators import organisations
        from stackroom.testing.house import open_house

        houses = sorted((open_house(app, "paging") for _ in range(3)), key=lambda h: h.tenant.slug)
        monkeypatch.setattr(organisations, "LOOKED_AT_MOST", 2)
        first = console.get("/console/jobs?q=paging").text
        assert "2 organisations were looked at" in first
        assert houses[0].tenant.slug.title() in first
        slug = houses[1].tenant.slug
        rest = console.get(f"/console/jobs?q=paging&after={slug}").text
        assert houses[2].tenant.slug.title() in rest
        assert houses[0].tenant.slug.title() not in rest


class TestErrors:
    def test_are_noted_without_what_was_said(
        self, app: Stackroom, console: Visitor, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> None:
            raise ZeroDivisionError("the card of Eva Holm")

        monkeypatch.setitem(app.view_functions, "staff.people", mark(app, broken))
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        answer = visit(north, "admin").get("/staff?q=Eva", headers={"X-Request-Id": "broke-1"})
        assert answer.status_code == 500
        page = console.get(f"/console/errors?slug={north.tenant.slug}").text
        assert "builtins.ZeroDivisionError" in page
        assert "GET /staff" in page
        assert "broke-1" in page
        assert "Eva" not in page
        assert "Nothing broke" in console.get("/console/errors?kind=NoSuchError").text

    def test_only_the_latest_are_kept(
        self, app: Stackroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(faults, "KEPT", 3)
        with app.test_request_context("/", base_url=f"http://{app.settings.base_domain}"):
            for _ in range(5):
                faults.note(RuntimeError())
        with platform(app) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(PlatformError)) == 3


def test_the_platforms_trail_cannot_be_changed(app: Stackroom, mia: Staffed) -> None:
    for change in (
        sa.update(OperatorAct).values(reason="nothing happened"),
        sa.delete(OperatorAct),
    ):
        with pytest.raises(sa.exc.DBAPIError), platform(app) as session:
            session.execute(change)


def test_an_act_that_is_not_declared_is_refused(app: Stackroom) -> None:
    from stackroom.operators import acts

    with pytest.raises(LookupError, match="no act of an operator"), platform(app):
        acts.leave("shrugged")


def mark(app: Stackroom, view: Any) -> Any:
    view.__access__ = access_of(app.view_functions["staff.people"])
    return view


def acts_on(app: Stackroom, house: House) -> list[str]:
    with platform(app) as session:
        return list(
            session.scalars(
                sa.select(OperatorAct.act)
                .where(OperatorAct.organisation == house.tenant.uuid)
                .order_by(OperatorAct.id)
            )
        )


def newest(house: House, action: str) -> Any:
    entries = house.api("auditor").get(f"/api/v1/audit/entries?action={action}").json
    return entries["items"][0]


class TestPlans:
    def test_a_plan_is_changed_with_a_reason_that_both_trails_keep(
        self, north: House, console: Visitor
    ) -> None:
        assert "free" in console.get(f"{page_of(north)}/plan").text.lower()
        given = {"plan": "standard", "reason": "ordered on 3 May"}
        changed = console.post(f"{page_of(north)}/plan", given)
        assert changed.status_code == 303
        assert north.api("admin").get("/api/v1/usage").json["plan"] == "standard"
        (told,) = (
            north.api("auditor").get("/api/v1/audit/entries?action=plan.changed").json["items"]
        )
        assert told["actor"]["type"] == "operator"
        assert "ordered on 3 May" in console.get("/console/acts").text

    def test_a_plan_that_is_not_there_is_refused_beside_its_field(
        self, north: House, console: Visitor
    ) -> None:
        refused = console.post(f"{page_of(north)}/plan", {"plan": "gold", "reason": "why not"})
        assert refused.status_code == 422
        assert "There is no plan “gold”" in refused.text
