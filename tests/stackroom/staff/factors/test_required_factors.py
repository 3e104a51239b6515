"""Roles that need a second factor, and factors that an admin removes because they are lost."""

import pytest

from stackroom.testing.factors import (
    factor_mails,
    give_app,
    give_passkey,
    require_of,
    sign_in,
)
from stackroom.testing.house import Api, House
from stackroom.testing.visitor import visit

SECURITY = "/api/v1/security"
PAGE = "/organisation/security"


def require(api: Api, *roles: str) -> int:
    return api.request("PUT", SECURITY, json={"roles": list(roles)}).status_code


def account_id(house: House, role: str) -> str:
    with house.work("admin"):
        return str(house.account(role).id)


class TestSaying:
    def test_an_admin_says_which_roles_and_the_trail_tells_before_and_after(
        self, north: House
    ) -> None:
        admin = north.api("admin")
        assert require(admin, "librarian", "auditor") == 200
        assert admin.get(SECURITY).json["roles"] == ["auditor", "librarian"]
        assert require(admin, "librarian") == 200
        told = admin.get("/api/v1/audit/entries?action=factor.required").text
        assert "from none to auditor, librarian" in told
        assert "from auditor, librarian to librarian" in told

    def test_saying_it_again_is_no_event(self, north: House) -> None:
        admin = north.api("admin")
        require(admin, "librarian")
        require(admin, "librarian")
        told = admin.get("/api/v1/audit/entries?action=factor.required").json
        assert told["total"] == 1

    def test_by_page_too(self, north: House) -> None:
        admin = visit(north, "admin")
        assert admin.post(PAGE, {"roles": ["librarian"]}).location == PAGE
        page = admin.get(PAGE).text
        assert 'value="librarian" checked' in page
        assert 'value="auditor" checked' not in page

    def test_a_role_that_is_not_there_is_refused_by_name(self, north: House) -> None:
        admin = north.api("admin")
        answer = admin.request("PUT", SECURITY, json={"roles": ["emperor"]})
        assert answer.status_code == 422
        assert "“emperor”" in answer.json["errors"][0]["message"]
        assert visit(north, "admin").post(PAGE, {"roles": ["emperor"]}).status_code == 422

    @pytest.mark.parametrize(("role", "reads"), [("librarian", 403), ("auditor", 200)])
    def test_nobody_but_an_admin_says_it(self, north: House, role: str, reads: int) -> None:
        api = north.api(role)
        assert api.get(SECURITY).status_code == reads
        assert require(api, "admin") == 403
        assert visit(north, role).get(PAGE).status_code == reads
        assert visit(north, role).post(PAGE, {"roles": []}).status_code == 403

    def test_it_is_said_for_one_organisation(self, north: House, harbour: House) -> None:
        require(north.api("admin"), "librarian")
        assert harbour.api("admin").get(SECURITY).json["roles"] == []
        assert harbour.api("librarian").get("/api/v1/bibs").status_code == 200


class TestLacking:
    def test_the_api_answers_what_is_missing(self, north: House) -> None:
        require_of(north, "librarian")
        refused = north.api("librarian").get("/api/v1/patrons")
        assert (refused.status_code, refused.json["code"]) == (403, "factor_required")

    def test_it_counts_from_the_next_request_of_who_is_signed_in(self, north: House) -> None:
        api = north.api("librarian")
        assert api.get("/api/v1/patrons").status_code == 200
        require_of(north, "librarian")
        assert api.get("/api/v1/patrons").status_code == 403

    @pytest.mark.parametrize("path", ["/start", "/patrons", "/desk", "/loans"])
    def test_every_page_leads_to_setting_one_up(self, north: House, path: str) -> None:
        require_of(north, "librarian")
        assert visit(north, "librarian").get(path).location == "/account/security"

    def test_one_sets_it_up_and_goes_on(self, north: House) -> None:
        require_of(north, "librarian")
        visitor = visit(north, "librarian")
        assert visitor.get("/").location == "/account/security"
        assert "Your role needs a second factor" in visitor.get("/account/security").text
        give_passkey(visitor)
        assert visitor.get("/patrons").status_code == 200

    def test_one_may_sign_out_instead(self, north: House) -> None:
        require_of(north, "librarian")
        visitor = visit(north, "librarian")
        visitor.get("/account/security")
        assert visitor.post("/sign-out").location == "/sign-in"

    def test_an_app_that_was_begun_is_no_factor_yet(self, north: House) -> None:
        require_of(north, "librarian")
        visitor = visit(north, "librarian")
        visitor.post("/account/security/app")
        assert visitor.get("/patrons").location == "/account/security"

    def test_who_removes_the_last_one_is_led_back(self, north: House) -> None:
        give_app(north, "librarian")
        require_of(north, "librarian")
        visitor = visit(north, "librarian")
        assert visitor.get("/patrons").status_code == 200
        visitor.post("/account/security/app/remove")
        assert visitor.get("/patrons").location == "/account/security"

    def test_any_of_several_roles_may_ask_for_it(self, north: House) -> None:
        person = account_id(north, "librarian")
        roles = {"roles": ["auditor", "librarian"]}
        north.api("admin").patch(f"/api/v1/staff/{person}", json=roles)
        require_of(north, "auditor")
        assert north.api("librarian").get("/api/v1/patrons").json["code"] == "factor_required"
        assert north.api("patron").get("/api/v1/me").status_code == 200

    def test_a_permission_that_nobody_gave_stays_missing(self, north: House) -> None:
        give_app(north, "librarian")
        require_of(north, "librarian")
        assert north.api("librarian").get("/api/v1/staff").json["code"] == "permission_denied"


class TestTakingAway:
    def test_an_admin_removes_all_and_the_person_is_told(self, north: House) -> None:
        give_app(north, "librarian")
        give_passkey(visit(north, "librarian"), "Blue key")
        working = north.api("librarian")
        admin = north.api("admin")
        path = f"/api/v1/accounts/{account_id(north, 'librarian')}/factors"
        assert admin.delete(path).status_code == 204
        assert sign_in(north, "librarian").status_code == 200
        assert working.get("/api/v1/me").status_code == 401
        told = admin.get("/api/v1/audit/entries?action=factor.taken_away").text
        assert "an authenticator app, the passkey “Blue key”" in told
        mails = [text for to, text in factor_mails(north) if to == north.email("librarian")]
        assert any("An admin removed your second factors" in text for text in mails)
        assert admin.delete(path).status_code == 409

    def test_by_page_too(self, north: House) -> None:
        give_app(north, "librarian")
        admin = visit(north, "admin")
        person = account_id(north, "librarian")
        assert f"{PAGE}/{person}/remove" in admin.get(PAGE).text
        assert admin.post(f"{PAGE}/{person}/remove").location == PAGE
        assert "Nobody has one yet" in admin.get(PAGE).text

    @pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
    def test_nobody_else_does(self, north: House, role: str) -> None:
        give_app(north, "admin")
        person = account_id(north, "admin")
        path = f"/api/v1/accounts/{person}/factors"
        assert north.api(role).delete(path).status_code == 403
        assert visit(north, role).post(f"{PAGE}/{person}/remove").status_code == 403
        assert sign_in(north, "admin").json["code"] == "otp_required"

    def test_somebody_of_another_organisation_is_not_there(
        self, north: House, harbour: House
    ) -> None:
        give_app(harbour, "librarian")
        person = account_id(harbour, "librarian")
        answer = north.api("admin").delete(f"/api/v1/accounts/{person}/factors")
        assert answer.status_code == 404
        assert sign_in(harbour, "librarian").json["code"] == "otp_required"
