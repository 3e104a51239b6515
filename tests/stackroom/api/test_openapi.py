"""The description is complete, true to the models, and only changes on purpose."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from stackroom.api.openapi import document
from stackroom.core.http import Stackroom
from stackroom.testing import description
from stackroom.testing.house import House

LIST = {"items", "page", "per_page", "total"}
PROMISED: dict[str, set[str]] = {
    "POST /organisations": {"id", "slug", "name", "status", "url"},
    "POST /organisations/verifications": {"id", "status"},
    "POST /auth/tokens": {"access_token", "refresh_token", "token_type", "expires_in"},
    "POST /auth/tokens/refresh": {"access_token", "refresh_token", "token_type", "expires_in"},
    "DELETE /auth/tokens": set(),
    "POST /auth/proofs": {"valid_until"},
    "GET /me/factors": {"authenticator_app", "passkeys", "recovery_codes_left"},
    "GET /security": {"roles"},
    "PUT /security": {"roles"},
    "DELETE /accounts/{account_id}/factors": set(),
    "GET /me": {"id", "email", "name", "roles", "permissions", "organisation"},
    "GET /staff": LIST,
    "POST /staff": {"id", "email", "name", "roles"},
    "PATCH /staff/{account_id}": {"id", "email", "name", "roles"},
    "DELETE /staff/{account_id}": set(),
    "GET /roles": LIST,
    "GET /service-accounts": LIST,
    "POST /service-accounts": {"id", "name", "description"},
    "PATCH /service-accounts/{service_account_id}": {"id", "name", "description"},
    "DELETE /service-accounts/{service_account_id}": set(),
    "GET /api-keys": LIST,
    "POST /api-keys": {"id", "permissions", "expires_at", "token"},
    "DELETE /api-keys/{key_id}": set(),
    "POST /api-keys/{key_id}/rotations": {"id", "expires_at", "token"},
    "GET /bibs": LIST,
    "POST /bibs": {"id", "title", "control_number"},
    "GET /bibs/{bib_id}": {
        "id", "title", "author", "isbns", "subjects", "language", "year", "publisher",
        "control_number", "items_total", "items_available",
    },
    "PATCH /bibs/{bib_id}": {"id", "title"},
    "DELETE /bibs/{bib_id}": set(),
    "GET /bibs/{bib_id}/marc": set(),
    "GET /items": LIST,
    "POST /items": {"id", "bib_id", "barcode"},
    "GET /items/{item_id}": {
        "id", "bib_id", "barcode", "item_type", "location", "call_number", "status",
    },
    "PATCH /items/{item_id}": {"id", "status"},
    "DELETE /items/{item_id}": set(),
    "GET /exports": LIST,
    "POST /exports": {"id", "status", "done", "total"},
    "GET /exports/{export_id}": {"id", "status", "size", "sha256", "expires_at"},
    "GET /exports/{export_id}/file": set(),
    "POST /imports": {"id", "status"},
    "GET /imports/{import_id}": {
        "status", "read", "created", "updated", "unchanged", "rejected",
    },
    "GET /imports/{import_id}/rejects": {"items"},
    "GET /patrons": LIST,
    "POST /patrons": {"id", "barcode"},
    "GET /patrons/{patron_id}": {
        "id", "barcode", "name", "email", "category", "home_library", "expires_on", "status",
    },
    "PATCH /patrons/{patron_id}": {"id", "status"},
    "DELETE /patrons/{patron_id}": set(),
    "GET /loans": LIST,
    "POST /loans": {"id", "item_id", "patron_id", "due_at"},
    "POST /loans/{loan_id}/renewals": {"id", "due_at"},
    "POST /returns": {"next_action"},
    "GET /audit/entries": LIST,
    "GET /audit/entries/{entry_id}": {
        "id", "at", "actor", "action", "subject", "changes", "channel", "request_id", "ip",
        "reason",
    },
    "GET /flags": {"items"},
    "GET /domains": LIST,
    "POST /domains": {"id", "host", "status", "record", "canonical"},
    "POST /domains/{domain_id}/checks": {"id", "status", "finding"},
    "PATCH /domains/{domain_id}": {"id", "canonical"},
    "DELETE /domains/{domain_id}": set(),
}  # fmt: skip
QUERIES = {
    "GET /bibs": {
        "q", "author", "title", "subject", "isbn", "year_from", "year_to", "language", "available",
        "sort", "page", "per_page",
    },
    "GET /items": {"barcode", "page", "per_page"},
    "GET /audit/entries": {
        "actor", "action", "subject_type", "subject_id", "since", "until", "q", "page", "per_page",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def described(app: Stackroom) -> dict[str, Any]:
    return document(app)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path.removeprefix('/api/v1')}", operation


def resolve(described: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = described["components"][kind][name]
    return node


def answer(described: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of what success answers as JSON; empty where it answers none."""
    good = [said for status, said in operation["responses"].items() if status < "400"]
    content = good[-1].get("content", {}).get("application/json", {})
    return resolve(described, content.get("schema", {}))


def test_the_description_changes_only_on_purpose(app: Stackroom) -> None:
    assert description.PATH.read_text(encoding="utf-8") == description.text(app), (
        "the API has changed: if that is wanted, run `python -m stackroom.testing.description`"
    )


def test_the_description_is_valid_openapi(described: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(described).validate()


@pytest.mark.parametrize("name", PROMISED)
def test_what_was_promised_is_there(described: dict[str, Any], name: str) -> None:
    found = dict(operations(described))[name]
    assert set(answer(described, found).get("properties", ())) >= PROMISED[name]


@pytest.mark.parametrize("name", QUERIES)
def test_the_promised_filters_are_there(described: dict[str, Any], name: str) -> None:
    parameters = dict(operations(described))[name]["parameters"]
    assert {resolve(described, one)["name"] for one in parameters} >= QUERIES[name]


def test_each_operation_has_a_name_of_its_own(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(names) == len(set(names))


def test_each_operation_says_what_success_is(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        assert any(status < "400" for status in operation["responses"]), name


def examples(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, operation in operations(described):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            content = resolve(described, body).get("content", {})
            for kind in ("application/json", "application/problem+json"):
                if kind in content and content[kind]["schema"] != {"type": "object"}:
                    yield name, content[kind]


def test_each_body_and_answer_has_an_example_that_fits_it(described: dict[str, Any]) -> None:
    seen = 0
    for name, content in examples(described):
        schema = resolve(described, content["schema"])
        shown = [content["example"]] if "example" in content else schema.get("examples", [])
        assert shown, f"{name}: give the model an example(…)"
        validator = jsonschema_rs.Draft202012Validator(
            {**schema, "components": described["components"]}, validate_formats=True
        )
        for one in shown:
            assert not list(validator.iter_errors(one)), f"{name}: {one}"
            seen += 1
    assert seen > 100


def test_nothing_is_described_that_nobody_uses(described: dict[str, Any]) -> None:
    text = str(described)
    for kind in ("schemas", "responses", "parameters", "headers"):
        for name in described["components"][kind]:
            assert f"'#/components/{kind}/{name}'" in text


def test_a_record_is_read_with_its_etag_and_changed_with_if_match(
    described: dict[str, Any],
) -> None:
    found = dict(operations(described))
    assert "ETag" in found["GET /bibs/{bib_id}"]["responses"]["200"]["headers"]
    for method in ("PATCH", "DELETE"):
        operation = found[f"{method} /bibs/{{bib_id}}"]
        assert {"$ref": "#/components/parameters/If-Match"} in operation["parameters"]
        assert "412" in operation["responses"]


def test_the_description_is_served_on_every_host(app: Stackroom, north: House) -> None:
    for api in (north.anonymous(), north.api("patron")):
        answered = api.get("/api/v1/openapi.json")
        assert answered.status_code == 200
        assert answered.json["openapi"] == "3.1.0"
    platform = app.test_client().get(
        "/api/v1/openapi.json", base_url=f"http://{app.settings.base_domain}"
    )
    assert platform.status_code == 200


def test_the_page_shows_every_operation_on_every_host(app: Stackroom, north: House) -> None:
    platform = app.test_client().get("/api/docs", base_url=f"http://{app.settings.base_domain}")
    for page in (platform, north.anonymous().get("/api/docs")):
        assert page.status_code == 200
        for operation in document(app)["paths"]["/api/v1/bibs"].values():
            assert f'id="{operation["operationId"]}"' in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
