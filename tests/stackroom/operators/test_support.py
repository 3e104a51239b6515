"""Support comes in by consent, does what was granted, and leaves its name on all of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.features import registry
from stackroom.core.http import SAFE, Stackroom
from stackroom.core.permissions import Host as Here
from stackroom.core.permissions import access_of
from stackroom.operators import accounts
from stackroom.operators.models import SupportHandover
from stackroom.operators.support import service
from stackroom.operators.support.authentication import COOKIE
from stackroom.operators.support.models import SupportGrant
from stackroom.operators.support.permissions import AREAS, SUPPORT_INSIDE, held
from stackroom.testing.console import Staffed, enter, handover, platform
from stackroom.testing.furnish import add_patron
from stackroom.testing.house import House
from stackroom.testing.visitor import Visitor, visit

PATRON = {"name": "Tove Ek", "category": "adult", "barcode": "P-77"}


def let_in(house: House, **terms: Any) -> UUID:
    with house.work("admin"):
        given = {"reason": "Help", "hours": 24, "scope": list(AREAS), "may_write": False, **terms}
        return service.grant(house.account("admin").id, **given).id


def entries(house: House, action: str) -> list[Any]:
    found = house.api("auditor").get(f"/api/v1/audit/entries?action={action}").json
    return list(found["items"])


def is_outside(visitor: Visitor) -> bool:
    return "/sign-in" in visitor.get("/support").headers.get("Location", "")


class TestConsent:
    def test_an_admin_lets_support_in_sees_who_came_and_ends_it(
        self, north: House, mia: Staffed
    ) -> None:
        admin = visit(north, "admin")
        assert "Support was never let in" in admin.get("/support-access").text
        admin.get("/support-access/new")
        form = {"reason": "The import stalls", "hours": 4, "scope": ["imports", "catalogue"]}
        assert admin.post("/support-access/new", form).location == "/support-access"
        page = admin.get("/support-access").text
        assert "The import stalls" in page
        assert "Not yet" in page
        inside = enter(mia, north)
        assert "Mia Holt" in admin.get("/support-access").text
        with north.work() as session:
            granted = session.scalars(sa.select(SupportGrant)).one()
            grant_id = granted.id
            assert not granted.may_write
            assert granted.used_at
        admin.post(f"/support-access/{grant_id}/revoke")
        assert is_outside(inside)
        assert admin.post(f"/support-access/{grant_id}/revoke").status_code == 409
        assert [entry["action"] for entry in entries(north, "support.revoked")]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [({"hours": 0}, "hours"), ({"hours": 169}, "hours"), ({"scope": ["keys"]}, "scope"),
         ({"scope": []}, "scope"), ({"reason": ""}, "reason")],
    )  # fmt: skip
    def test_bad_terms_are_refused_beside_their_field(
        self, north: House, changed: dict[str, Any], field: str
    ) -> None:
        admin = visit(north, "admin")
        admin.get("/support-access/new")
        form = {"reason": "Help", "hours": 4, "scope": ["imports"], **changed}
        answer = admin.post("/support-access/new", form)
        assert answer.status_code == 422
        assert f"#field-{field}" in answer.text

    @pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
    def test_only_an_admin_gives_and_ends_it(self, open_north: House, role: str) -> None:
        visitor = visit(open_north, role)
        visitor.get("/account")
        form = {"reason": "Help", "hours": 4, "scope": ["imports"]}
        assert visitor.post("/support-access/new", form).status_code == 403
        with open_north.work() as session:
            grant_id = session.scalars(sa.select(SupportGrant.id)).one()
        assert visitor.post(f"/support-access/{grant_id}/revoke").status_code == 403
        assert visitor.get("/support-access").status_code == (200 if role == "auditor" else 403)

    def test_an_admin_of_another_organisation_cannot_end_it(
        self, open_north: House, harbour: House
    ) -> None:
        with open_north.work() as session:
            grant_id = session.scalars(sa.select(SupportGrant.id)).one()
        admin = visit(harbour, "admin")
        foreign = admin.post(f"/support-access/{grant_id}/revoke")
        nothing = admin.post(f"/support-access/{uuid4()}/revoke")
        assert foreign.status_code == nothing.status_code == 404

    def test_a_suspended_organisation_can_still_ask_for_help(self, north: House) -> None:
        admin = visit(north, "admin")
        north.suspend()
        form = {"reason": "Why are we suspended?", "hours": 1, "scope": ["staff"]}
        admin.get("/support-access/new")
        assert admin.post("/support-access/new", form).status_code == 303


class TestInside:
    def test_every_page_carries_the_banner_and_is_written_down_under_both_names(
        self, open_north: House, mia: Staffed
    ) -> None:
        inside = enter(mia, open_north)
        assert "You are in as support" in inside.get("/support").text
        page = inside.get("/patrons?q=Holm").text
        assert "Support access by Mia Holt (Stackroom support)" in page
        assert "let in by Ada Admin" in page
        viewed = entries(open_north, "support.viewed")[0]
        assert viewed["actor"]["label"] == "Mia Holt (Stackroom support)"
        assert viewed["actor"]["type"] == "operator"
        assert viewed["on_behalf_of"] == "Ada Admin"
        assert viewed["subject"]["label"] == "/patrons"
        assert "Holm" not in str(viewed)
        entered = entries(open_north, "support.entered")[0]
        assert (entered["actor"]["label"], entered["on_behalf_of"]) == (
            "Mia Holt (Stackroom support)", "Ada Admin",
        )  # fmt: skip
        timeline = visit(open_north, "auditor").get("/audit?action=support.viewed").text
        assert "Mia Holt (Stackroom support), let in by Ada Admin," in timeline

    def test_read_only_reads_and_changes_nothing(self, open_north: House, mia: Staffed) -> None:
        inside = enter(mia, open_north)
        for path in ("/patrons", "/catalogue", "/loans", "/imports", "/audit", "/staff", "/"):
            assert inside.get(path, follow_redirects=True).status_code == 200, path
        assert inside.get("/patrons/new").status_code == 403
        refused = inside.post("/patrons/new", PATRON)
        assert refused.status_code == 403
        assert "does not cover this" in refused.text
        told = entries(open_north, "support.refused")[0]
        assert told["subject"]["label"] == "/patrons/new"
        assert told["data"] == {"method": "POST"}
        assert told["on_behalf_of"] == "Ada Admin"

    def test_no_route_that_changes_is_open_to_read_only_access(
        self, app: Stackroom, open_north: House, mia: Staffed
    ) -> None:
        """Drawn from the url map: also what is open to everybody, such as signing in."""
        inside = enter(mia, open_north)
        inside.get("/support")
        tried = 0
        for rule in app.url_map.iter_rules():
            access = access_of(app.view_functions[rule.endpoint])
            assert access
            methods = (rule.methods or set()) - SAFE
            if rule.endpoint == "support.leave" or not access.host.covers(Here.ORGANISATION):
                continue
            for method in methods:
                values = {
                    name: 1 if name == "position" else str(uuid4()) for name in rule.arguments
                }
                path = app.url_map.bind("any.test").build(rule.endpoint, values, method=method)
                assert inside.request(method, path).status_code == 403, f"{method} {path}"
                tried += 1
        assert tried > 20

    def test_may_write_is_what_a_librarian_may_and_no_more(self) -> None:
        """Staff, roles, settings and letting in others stay closed, also in features to come."""
        all_features = [feature.name for feature in registry.features]
        widest = held(registry, all_features, may_write=True)
        reads = held(registry, all_features, may_write=False)
        librarians = {known.key for known in registry.permissions if "librarian" in known.roles}
        assert reads < widest
        assert widest - reads <= librarians
        assert "patrons.write" in widest
        assert all(key.endswith(".read") for key in reads - {SUPPORT_INSIDE.key})
        for never in ("staff.write", "organisation.write", "support.grant", "me.read"):
            assert never not in widest

    def test_every_area_is_a_feature_with_permissions(self) -> None:
        names = {feature.name for feature in registry.features if feature.permissions}
        assert AREAS.keys() <= names

    def test_the_scope_is_the_limit(self, north: House, mia: Staffed) -> None:
        let_in(north, scope=["catalogue"])
        inside = enter(mia, north)
        assert inside.get("/catalogue").status_code == 200
        for closed in ("/patrons", "/loans", "/audit", "/staff", "/organisation"):
            assert inside.get(closed).status_code == 403, closed

    def test_a_change_by_leave_stands_in_the_trail_under_both_names(
        self, north: House, mia: Staffed
    ) -> None:
        let_in(north, may_write=True)
        inside = enter(mia, north)
        inside.get("/patrons/new")
        assert inside.post("/patrons/new", PATRON).status_code == 303
        created = entries(north, "patron.created")[0]
        assert created["actor"]["label"] == "Mia Holt (Stackroom support)"
        assert created["on_behalf_of"] == "Ada Admin"
        assert inside.get("/staff/new").status_code == 403

    def test_the_api_takes_no_change_without_the_forms_token(
        self, north: House, mia: Staffed
    ) -> None:
        let_in(north, may_write=True)
        inside = enter(mia, north)
        assert inside.request("POST", "/api/v1/patrons", json=PATRON).status_code == 400

    def test_it_changes_nothing_of_a_suspended_organisation(
        self, north: House, mia: Staffed
    ) -> None:
        let_in(north, may_write=True)
        inside = enter(mia, north)
        inside.get("/patrons/new")
        north.suspend()
        assert inside.post("/patrons/new", PATRON).status_code == 403
        assert inside.get("/patrons").status_code == 200

    def test_leaving_closes_the_door(self, open_north: House, mia: Staffed) -> None:
        inside = enter(mia, open_north)
        kept = cookie(inside, open_north)
        inside.get("/support")
        assert inside.request("POST", "/support/leave").status_code == 400, "not without its token"
        assert inside.post("/support/leave").location == "/sign-in"
        inside.client.set_cookie(open_north.app.config[COOKIE], kept, domain=inside.host)
        assert is_outside(inside)
        assert entries(open_north, "support.left")[0]["on_behalf_of"] == "Ada Admin"

    def test_who_was_signed_in_with_that_browser_is_not_any_more(
        self, open_north: House, mia: Staffed
    ) -> None:
        way = handover(mia.signed_in(), open_north)
        both = visit(open_north, "admin")
        both.get(way)
        name = open_north.app.config["SIGN_IN_COOKIE"]
        assert both.client.get_cookie(name, domain=both.host) is None


class TestAttacks:
    def test_without_consent_there_is_no_way_in(self, north: House, mia: Staffed) -> None:
        console = mia.signed_in()
        assert "Closed. An admin" in console.get(f"/console/organisations/{north.tenant.uuid}").text
        answer = console.post(f"/console/organisations/{north.tenant.uuid}/enter")
        assert answer.status_code == 409

    def test_consent_of_one_organisation_opens_no_other(
        self, open_north: House, harbour: House, mia: Staffed
    ) -> None:
        console = mia.signed_in()
        console.get("/console/organisations")
        assert (
            console.post(f"/console/organisations/{harbour.tenant.uuid}/enter").status_code == 409
        )
        there = Visitor(harbour.app.test_client(), harbour.tenant.host)
        way = handover(console, open_north)
        assert there.get(way).status_code == 403
        here = Visitor(open_north.app.test_client(), open_north.tenant.host)
        assert here.get(way).status_code == 303, "what harbour refused is not used up"

        there.client.set_cookie(
            harbour.app.config[COOKIE], cookie(here, open_north), domain=there.host
        )
        assert is_outside(there)

    def test_a_handover_serves_once(self, open_north: House, mia: Staffed) -> None:
        way = handover(mia.signed_in(), open_north)
        first, second = (
            Visitor(open_north.app.test_client(), open_north.tenant.host) for _ in range(2)
        )
        assert first.get(way).status_code == 303
        assert second.get(way).status_code == 403
        assert is_outside(second)

    def test_a_handover_serves_for_a_minute(self, open_north: House, mia: Staffed) -> None:
        way = handover(mia.signed_in(), open_north)
        late = Visitor(open_north.app.test_client(), open_north.tenant.host)
        with clock.held_at(clock.now() + timedelta(seconds=61)):
            assert late.get(way).status_code == 403

    def test_whatever_is_wrong_with_a_handover_is_answered_alike(
        self, open_north: House, harbour: House, mia: Staffed
    ) -> None:
        used = handover(mia.signed_in(), open_north)
        enter_by(open_north, used)
        foreign = handover(mia.signed_in(), open_north)
        answers = [
            enter_by(open_north, used), enter_by(harbour, foreign),
            enter_by(open_north, "/support/enter?token=invented"),
            enter_by(open_north, "/support/enter"),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {403}
        assert len({answer.json["detail"] for answer in answers}) == 1

    def test_a_handover_dies_with_its_grant(self, open_north: House, mia: Staffed) -> None:
        way = handover(mia.signed_in(), open_north)
        with open_north.work("admin") as session:
            service.revoke(session.scalars(sa.select(SupportGrant.id)).one())
        assert enter_by(open_north, way).status_code == 403

    def test_a_handover_with_a_grant_of_another_organisation_opens_nothing(
        self, open_north: House, harbour: House, mia: Staffed
    ) -> None:
        """Even where the row itself was tampered with: the grant is looked up under the wall."""
        let_in(harbour)
        way = handover(mia.signed_in(), open_north)
        with platform(open_north.app) as session:
            session.execute(
                sa.update(SupportHandover)
                .where(SupportHandover.organisation == open_north.tenant.uuid)
                .values(organisation=harbour.tenant.uuid)
            )
        assert enter_by(harbour, way).status_code == 403

    def test_a_disabled_operator_gets_neither_in_nor_stays(
        self, app: Stackroom, open_north: House, mia: Staffed
    ) -> None:
        inside = enter(mia, open_north)
        way = handover(mia.signed_in(), open_north)
        with platform(app):
            accounts.set_active(mia.email, active=False)
        assert is_outside(inside)
        assert enter_by(open_north, way).status_code == 403

    def test_an_operator_without_a_second_factor_gets_no_handover_and_uses_none(
        self, app: Stackroom, open_north: House, mia: Staffed
    ) -> None:
        half = mia.signed_in(proven=False)
        half.get("/console/sign-in")
        refused = half.post(f"/console/organisations/{open_north.tenant.uuid}/enter")
        assert refused.status_code == 403
        way = handover(mia.signed_in(), open_north)
        with platform(app):
            accounts.reset_second_factor(mia.email, app.extensions["operator_seal"])
        assert enter_by(open_north, way).status_code == 403

    def test_a_grant_that_runs_out_counts_from_the_next_request(
        self, open_north: House, mia: Staffed
    ) -> None:
        inside = enter(mia, open_north)
        assert not is_outside(inside)
        with clock.held_at(clock.now() + timedelta(hours=7)):
            assert not is_outside(inside)
        with clock.held_at(clock.now() + timedelta(hours=25)):
            assert is_outside(inside)

    def test_a_visit_ends_with_the_working_day(self, north: House, mia: Staffed) -> None:
        let_in(north, hours=168)
        inside = enter(mia, north)
        with clock.held_at(clock.now() + timedelta(hours=8, minutes=1)):
            assert is_outside(inside)

    def test_support_sees_nothing_of_another_organisation(
        self, open_north: House, harbour: House, mia: Staffed
    ) -> None:
        with harbour.work():
            patron_id = add_patron("P-9").id
        inside = enter(mia, open_north)
        assert inside.get(f"/patrons/{patron_id}").status_code == 404


def enter_by(house: House, way: str) -> Any:
    stranger = Visitor(house.app.test_client(), house.tenant.host)
    return stranger.get(way, headers={"Accept": "application/json"})


def cookie(visitor: Visitor, house: House) -> str:
    found = visitor.client.get_cookie(house.app.config[COOKIE], domain=visitor.host)
    assert found
    return found.value
