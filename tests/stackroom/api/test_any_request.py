"""Whatever is sent, the answer is one of those that the description promises."""

from io import BytesIO
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stackroom.testing.description import PATH
from stackroom.testing.house import Api, House

pytestmark = pytest.mark.slow

description = schemathesis.openapi.from_path(
    PATH,
    config=schemathesis.Config.from_dict(
        # 412 where both the body and If-Match are wrong; the revision is checked first
        {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
    ),
)
UPLOAD = "multipart/form-data"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def admin(north: House) -> Api:
    return north.api("admin")


@pytest.fixture
def real(admin: Api, north: House) -> dict[str, str]:
    """An id for each name in a path, so that requests get past the 404."""
    bib = admin.post("/api/v1/bibs", json={"title": "Emma"}).json["id"]
    item = admin.post("/api/v1/items", json={"bib_id": bib, "barcode": "E1"}).json["id"]
    patron = admin.post(
        "/api/v1/patrons", json={"name": "Ben", "category": "adult", "barcode": "P1"}
    )
    block = admin.post(f"/api/v1/patrons/{patron.json['id']}/blocks", json={"reason": "Card lost"})
    admin.post("/api/v1/items", json={"bib_id": bib, "barcode": "E2"})
    admin.post("/api/v1/patrons", json={"name": "Ada", "category": "adult", "barcode": "P2"})
    loan = admin.post("/api/v1/loans", json={"item_barcode": "E2", "patron_barcode": "P2"})
    upload = admin.post("/api/v1/imports", data={"file": (BytesIO(b"no record"), "x.mrc")})
    domain = admin.post("/api/v1/domains", json={"host": "catalogue.north.example"}).json["id"]
    provider = {"name": "Town", "issuer": "http://localhost:1", "client_id": "stackroom"}
    provider_id = admin.post("/api/v1/sso/providers", json=provider).json["id"]
    staff = {p["email"]: p["id"] for p in admin.get("/api/v1/staff").json["items"]}
    return {
        "bib_id": bib, "item_id": item, "patron_id": patron.json["id"],
        "patron_block_id": block.json["id"], "loan_id": loan.json["id"],
        "account_id": staff[north.email("librarian")], "import_id": upload.json["id"],
        "domain_id": domain, "sso_provider_id": provider_id,
    }  # fmt: skip


@description.parametrize()
@settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_any_request(
    case: schemathesis.Case[Any], north: House, admin: Api, real: dict[str, str]
) -> None:
    for name in set(case.path_parameters) & set(real):
        if len(str(case.path_parameters[name])) == 36:
            case.path_parameters[name] = real[name]
    signs_up = case.path.startswith("/api/v1/organisations")
    host = north.app.settings.base_domain if signs_up else admin.host
    answer = case.call(
        base_url=f"http://{host}",
        headers={"Authorization": f"Bearer {admin.token}"},
        app=admin.client.application,
    )
    # the text of a form has no types: "0" is as good as false
    typed = [negative_data_rejection] * (case.media_type != UPLOAD)
    case.validate_response(answer, checks=[*CHECKS, *typed])
