"""Bad input is refused with a problem that names the field, and nothing is kept of it."""

import json
from typing import Any

import pytest
from markupsafe import escape

from stackroom.core.http import Stackroom
from stackroom.testing.house import Answer, Api, House

BIBS = "/api/v1/bibs"
JSON = {"Content-Type": "application/json"}
HOSTILE = [
    "'; DROP TABLE bibs; --",
    '" OR ""="',
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} ${7*7} %s %(x)s",
    "../../etc/passwd",
    "شاهنامه \u202e reversed",
    "日本語 👩‍👩‍👧 é",
]


@pytest.fixture
def api(north: House) -> Api:
    return north.api("admin")


def refused(answer: Answer, status: int, code: str, field: str = "") -> Answer:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code
    if field:
        assert [one["field"] for one in answer.json["errors"]] == [field]
    return answer


def raw(api: Api, body: str | bytes, headers: dict[str, str] = JSON) -> Answer:
    return api.post(BIBS, data=body, headers=headers)


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("page=0", "page", "Use 1 or more."),
        ("page=-1", "page", "Use 1 or more."),
        ("page=1.5", "page", "Use a whole number."),
        ("page=٣x", "page", "Use a whole number."),
        ("per_page=1000000000", "per_page", "Use 100 or less."),
        ("per_page=99999999999999999999999999", "per_page", "Use 100 or less."),
        ("sort=colour", "sort", "Use 'relevance', 'title', '-title', 'year' or '-year'."),
        ("colour=red", "colour", "There is no such field; check its spelling."),
        ("page=1&page=2", "page", "It was sent more than once; send it once."),
        ("year_from=2000&year_to=1990", "year_to", "It must not lie before year_from."),
        ("year_from=99999999999999999999", "year_from", "Use 2100 or less."),
        ("available=maybe", "available", "Use true or false."),
        ("isbn=978", "isbn", "An ISBN has 10 or 13 digits; 978 has 3."),
        ("q=a%00b", "q", "The NUL character is not allowed; remove it."),
        (f"q={'a' * 401}", "q", "Use at most 400 characters."),
    ],
)
def test_a_parameter_is_refused_by_name(api: Api, query: str, field: str, says: str) -> None:
    answer = refused(api.get(f"{BIBS}?{query}"), 422, "invalid", field)
    assert answer.json["errors"][0]["message"] == says


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x", "year": "1969"}, "year"),
        ({"title": "x", "year": 10**30}, "year"),
        ({"title": "x", "suppressed": 0}, "suppressed"),
        ({"title": 5}, "title"),
        ({"title": "x", "titel": "y"}, "titel"),
        ({"title": "a\0b"}, "title"),
        ({"title": "a\x1bb"}, "title"),
        ({"title": "x" * 4001}, "title"),
        ({"title": "x", "isbns": "978"}, "isbns"),
        ({"title": "x", "isbns": ["978-0-00-000000-0"]}, "isbns.0"),
        ({"title": "x", "subjects": ["y"] * 201}, "subjects"),
        ({"title": "x", "marc": []}, "marc"),
        ({"title": "x", "marc": {"leader": "short"}}, "marc"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_a_member_is_refused_by_name(api: Api, body: Any, field: str) -> None:
    refused(raw(api, json.dumps(body)), 422, "invalid", field)
    assert api.get(BIBS).json["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"title":',
        b"title=Emma",
        b'{"title": "\\ud800"}',
        b'{"\\ud800": 1}',
        '{"title": "é"}'.encode("latin-1"),
        '{"title": "é"}'.encode("utf-16"),
        b"[" * 100_000 + b"]" * 100_000,
        b'{"marc":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b"\x1f\x8b\x08\x00",
    ],
    ids=range(9),
)
def test_what_is_no_json_is_refused_with_the_place(api: Api, body: bytes) -> None:
    answer = refused(raw(api, body), 400, "invalid_json")
    assert "line 1 column" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "x"])
def test_a_body_of_another_kind_is_refused(api: Api, kind: str) -> None:
    """Also what a form of another site could send."""
    refused(raw(api, b'{"title": "Emma"}', {"Content-Type": kind}), 415, "unsupported_media_type")


def test_a_body_without_anything_names_what_is_missing(api: Api) -> None:
    fields = [one["field"] for one in api.post("/api/v1/loans").json["errors"]]
    assert fields == ["item_barcode", "patron_barcode"]


def test_ten_megabytes_are_refused(api: Api) -> None:
    refused(api.post(BIBS, json={"title": "x" * 10_000_000}), 413, "too_large")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_it_is_and_shown_as_text(api: Api, text: str) -> None:
    made = api.post(
        BIBS, json={"title": text, "author": text, "publisher": text, "subjects": [text]}
    )
    assert made.status_code == 201, made.text
    read = api.get(f"{BIBS}/{made.json['id']}").json
    assert (read["title"], read["author"], read["publisher"]) == (text, text, text)
    assert api.get(BIBS, query_string={"q": text}).status_code == 200
    assert str(escape(text)) in api.get(f"/catalogue/{made.json['id']}").text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_harmless_in_patrons_and_audit(api: Api, text: str) -> None:
    made = api.post("/api/v1/patrons", json={"name": text, "category": "adult", "note": text})
    assert made.json["name"] == text
    assert api.get("/api/v1/patrons", query_string={"q": text}).json["total"] == 1
    entries = api.get("/api/v1/audit/entries", query_string={"q": text})
    assert entries.status_code == 200
    assert str(escape(text)) in api.get(f"/patrons/{made.json['id']}").text


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/bibs/42",
        "/api/v1/bibs/01968f2a-7b6c-7c1e-9a51-3f2f6f0f4b11",
        "/api/v1/bibs/%00",
        "/api/v1/audit/entries/x",
        "/api/v1/audit/entries/99999999999999999999999999-0",
        f"/api/v1/audit/entries/{'9' * 3000}",
        f"/api/v1/imports/01968f2a-7b6c-7c1e-9a51-3f2f6f0f4b11/rejects/{'9' * 40}.mrc",
        "/api/v1/nothing",
        "/api/v1/bibs/",
        "/api/",
        "/api/v3/bibs",
    ],
)
def test_what_is_not_there_is_a_problem(api: Api, path: str) -> None:
    refused(api.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "BREW"])
def test_a_wrong_method_is_told_the_right_ones(api: Api, method: str) -> None:
    answer = refused(api.request(method, BIBS), 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_head_answers_like_get_without_a_body(api: Api) -> None:
    answer = api.request("HEAD", BIBS)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Link"]


def test_options_answers_anybody_and_names_the_methods(north: House) -> None:
    answer = north.anonymous().request("OPTIONS", BIBS)
    assert answer.status_code == 200
    assert "POST" in answer.headers["Allow"]


def test_only_marc_has_formats_to_choose_from(api: Api) -> None:
    made = api.post(BIBS, json={"title": "Emma"}).json["id"]
    odd = {"Accept": "image/png"}
    assert api.get(f"{BIBS}/{made}", headers=odd).mimetype == "application/json"
    refused(api.get(f"{BIBS}/{made}/marc", headers=odd), 406, "not_acceptable")


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": ";;q=x,,"},
        {"Accept-Language": "\xff"},
        {"User-Agent": "ü\xff" * 500},
        {"X-Request-Id": "naïve\xff"},
        {"If-None-Match": '"\x80'},
        {"Range": "bytes=9-1"},
        {"X-Forwarded-For": "\xff, ::, 999.1.1.1"},
        {"Cookie": "stackroom_session=\xff; ;=;"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_odd_headers_do_no_harm(api: Api, headers: dict[str, str]) -> None:
    assert api.get(BIBS, headers=headers).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "\xff\xfe", "a.b.c", "a" * 100_000])
def test_a_token_that_is_none_is_refused(north: House, token: str) -> None:
    answer = north.anonymous().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("host", ["evil.example", "north.evil.example", "127.0.0.1:x", "a b"])
def test_a_forged_host_is_a_problem(app: Stackroom, host: str) -> None:
    """As any host that serves nobody."""
    answer = app.test_client().get(BIBS, headers={"Host": host})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("given", ['"99"', "", "nonsense", 'W/"1"'])
def test_a_revision_that_is_not_the_present_one_stops_a_change(api: Api, given: str) -> None:
    made = api.post(BIBS, json={"title": "Emma"}).json["id"]
    stale = {"If-Match": given}
    answer = api.patch(f"{BIBS}/{made}", json={"title": "Other"}, headers=stale)
    refused(answer, 412, "precondition_failed")
    refused(api.delete(f"{BIBS}/{made}", headers=stale), 412, "precondition_failed")
    assert api.get(f"{BIBS}/{made}").json["title"] == "Emma"
