"""What holds for every answer: hosts, forms, headers, errors as pages and as problems."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from stackroom.core import problems
from stackroom.core.errors import Problem
from stackroom.core.http import Stackroom
from stackroom.core.permissions import Host, access_of
from stackroom.testing.console import hire
from stackroom.testing.house import PASSWORD, Answer, Api, House
from stackroom.testing.visitor import Visitor, on_platform, visit

NOBODY = "00000000-0000-0000-0000-000000000001"


def page_posts(app: Stackroom) -> Iterator[tuple[Host, str]]:
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            assert access
            path = re.sub("<int:[^>]+>", "1", rule.rule)
            yield access.host, re.sub("<[^>]+>", NOBODY, path)


def test_no_form_is_taken_without_its_token(app: Stackroom, north: House) -> None:
    admin, platform = visit(north, "admin"), on_platform(app)
    proven, unproven = hire(app).signed_in(), hire(app, enrolled=False).signed_in(proven=False)
    checked = 0
    for host, path in page_posts(app):
        if path == "/support/leave":
            continue  # an admin is not there as support; tests/stackroom/operators asks for it
        console = unproven if path == "/console/second-factor" else proven
        visitor = {Host.PLATFORM: platform, Host.CONSOLE: console}.get(host, admin)
        for token in ({}, {"csrf_token": "forged"}):
            answer = visitor.request("POST", path, data=token)
            assert answer.status_code == 400, path
            assert "reload the page" in answer.text
        checked += 1
    assert checked >= 8


def test_a_token_of_another_visitor_is_not_taken(north: House) -> None:
    mine, theirs = visit(north, "admin"), visit(north, "admin")
    theirs.get("/account")
    mine.token = theirs.token
    assert mine.post("/sign-out").status_code == 400


def test_a_cookie_writes_over_the_api_only_with_the_forms_token(north: House) -> None:
    visitor = visit(north, "admin")
    visitor.get("/account")
    colleague = {
        "email": "c@x.example", "name": "C", "roles": ["librarian"], "password": "a few calm words",
    }  # fmt: skip
    forged = visitor.request("POST", "/api/v1/staff", json=colleague)
    assert forged.status_code == 400
    basic = {"Authorization": "Basic eDp5"}  # no proof of anything: the cookie still speaks
    assert (
        visitor.request("POST", "/api/v1/staff", json=colleague, headers=basic).status_code == 400
    )
    token = {"X-CSRF-Token": visitor.token}
    assert (
        visitor.request("POST", "/api/v1/staff", json=colleague, headers=token).status_code == 201
    )


@pytest.mark.parametrize("host", ["evil.example", "stackroom.test.evil.example", "[::1]", "a b"])
def test_a_forged_host_is_nobodys(app: Stackroom, host: str) -> None:
    answer = app.test_client().get("/sign-up", headers={"Host": host})
    assert answer.status_code == 404


def test_an_unknown_host_learns_nothing(app: Stackroom) -> None:
    answer = Visitor(app.test_client(), "nobody-here.stackroom.test").get("/sign-in")
    assert answer.status_code == 404
    assert "No organisation answers at this address." in answer.text
    assert "sign-in" not in answer.text.lower().partition("<main")[2]


def test_a_forwarded_host_is_ignored(north: House, harbour: House) -> None:
    forwarded = {"X-Forwarded-Host": harbour.tenant.host, "Forwarded": "host=evil.example"}
    page = visit(north).get("/sign-in", headers=forwarded).text
    assert north.tenant.name in page
    assert harbour.tenant.name not in page


def test_the_root_dot_and_capitals_name_the_same_organisation(north: House) -> None:
    page = Visitor(north.app.test_client(), north.tenant.host.upper()).get("/sign-in")
    assert page.status_code == 200


def test_a_request_id_is_handed_through_or_made(north: House) -> None:
    api = north.anonymous()
    named = api.get("/api/v1/me", headers={"X-Request-Id": "trace-42"})
    assert named.headers["X-Request-Id"] == named.json["request_id"] == "trace-42"
    forged = api.get("/api/v1/me", headers={"X-Request-Id": "a b<script>"})
    assert re.fullmatch(r"[0-9a-f-]{36}", forged.headers["X-Request-Id"])


def every_problem(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for problem in of.__subclasses__():
        yield problem
        yield from every_problem(problem)


def test_each_problem_is_a_page_for_people_and_a_document_for_programs(app: Stackroom) -> None:
    plain = [kind for kind in every_problem() if kind.__init__ is Problem.__init__]
    assert {kind.status for kind in plain} >= {400, 401, 403, 404, 409, 412, 422, 429, 503}
    for kind in plain:
        with app.test_request_context("/staff"):
            page = problems.answer(kind())
        with app.test_request_context("/api/v1/staff"):
            document = problems.answer(kind())
        assert page.status_code == document.status_code == kind.status
        assert kind.title in page.get_data(as_text=True)
        assert document.mimetype == "application/problem+json"
        assert {"type", "title", "status", "code", "detail", "errors", "request_id"} <= set(
            document.json or {}
        )


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_an_unknown_address_is_a_problem_below_api_and_a_page_elsewhere(north: House) -> None:
    assert_problem(north.anonymous().get("/api/v1/nothing"), 404, "not_found")
    page = visit(north).get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_a_wrong_method_names_the_right_ones(north: House) -> None:
    answer = north.anonymous().request("PUT", "/api/v1/me")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    assert visit(north).request("PUT", "/sign-in").mimetype == "text/html"


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[1, 2]", b'"text"', b"null"])
def test_bad_json_is_a_problem(north: House, body: bytes) -> None:
    answer = north.anonymous().post(
        "/api/v1/auth/tokens", data=body, content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"]


def test_an_oversized_body_is_refused_unread(north: House) -> None:
    big = {"email": "x", "password": "x" * 3 * 2**20}
    assert_problem(north.anonymous().post("/api/v1/auth/tokens", json=big), 413, "too_large")
    page = visit(north).post("/sign-in", {"email": "x" * 3 * 2**20, "password": "x"})
    assert (page.status_code, page.mimetype) == (413, "text/html")


@pytest.mark.parametrize(
    "query", ["page=0", "per_page=101", "page=x", "per_page=1000000000", "colour=1"]
)
def test_a_bad_query_names_its_parameter(north: House, query: str) -> None:
    answer = north.api("admin").get(f"/api/v1/staff?{query}")
    assert_problem(answer, 422, "invalid")
    assert answer.json["errors"][0]["field"] == query.partition("=")[0]


def test_pages_forbid_what_they_do_not_need(north: House) -> None:
    headers = visit(north).get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"script-src 'self' 'nonce-[^']+'", policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_each_page_has_a_nonce_of_its_own(north: House) -> None:
    visitor = visit(north)
    first, second = (visitor.get("/sign-in").headers["Content-Security-Policy"] for _ in "12")
    assert first != second


def test_a_suspended_organisation_is_read_only_and_can_be_signed_in_to(north: House) -> None:
    api = north.api("admin")
    north.suspend()
    signed_in = north.anonymous().post(
        "/api/v1/auth/tokens", json={"email": north.email("admin"), "password": PASSWORD}
    )
    assert signed_in.status_code == 200
    assert api.get("/api/v1/staff").status_code == 200
    colleague: dict[str, Any] = {"email": "c@x.example", "name": "C", "roles": ["librarian"]}
    refused = api.post("/api/v1/staff", json={**colleague, "password": "a few calm words"})
    assert_problem(refused, 403, "organisation_suspended")
    assert api.delete("/api/v1/auth/tokens").status_code == 204


def test_the_landing_page_names_no_organisation(app: Stackroom, north: House) -> None:
    page = on_platform(app).get("/")
    assert page.status_code == 200
    assert 'href="/sign-up"' in page.text
    assert north.tenant.slug not in page.text


def test_platform_and_organisation_do_not_answer_for_each_other(
    app: Stackroom, north: House
) -> None:
    platform = Api(app.test_client(), app.settings.base_domain)
    assert platform.get("/api/v1/me").status_code == 404
    assert north.anonymous().post("/api/v1/organisations", json={}).status_code == 404


def test_an_error_is_told_without_its_inside(app: Stackroom) -> None:
    with app.test_request_context("/api/v1/staff"):
        answer = app.make_response(app.handle_user_exception(RuntimeError("secret detail")))
    assert answer.status_code == 500
    assert "secret detail" not in answer.get_data(as_text=True)
