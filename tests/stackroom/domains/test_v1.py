"""The API of domains: who may, what is refused, and how the address moves."""

from uuid import uuid4

import pytest

from stackroom.testing.domains import add_domain, move_to, new_host, prove_domain
from stackroom.testing.house import Api, House
from stackroom.testing.name_server import NameServer


def test_admins_write_auditors_read_and_nobody_else_does_either(north: House) -> None:
    domain = add_domain(north)
    for role, reads in (("auditor", 200), ("librarian", 403), ("patron", 403)):
        api = north.api(role)
        assert api.get("/api/v1/domains").status_code == reads
        path = f"/api/v1/domains/{domain['id']}"
        for answer in (
            api.post("/api/v1/domains", json={"host": new_host()}),
            api.post(f"{path}/checks"),
            api.patch(path, json={"canonical": True}),
            api.delete(path),
        ):
            assert answer.status_code == 403
    assert [one["host"] for one in north.api("admin").get("/api/v1/domains").json["items"]] == [
        domain["host"]
    ]


def test_a_domain_of_another_organisation_is_no_domain_byte_for_byte(
    north: House, harbour: House, dns: NameServer
) -> None:
    theirs, admin = prove_domain(harbour, dns), north.api("admin")
    headers = {"X-Request-Id": "same"}
    for method, below, body in (
        ("POST", "/checks", None), ("PATCH", "", {"canonical": True}), ("DELETE", "", None),
    ):  # fmt: skip
        answers = [
            admin.request(method, f"/api/v1/domains/{one}{below}", json=body, headers=headers)
            for one in (theirs["id"], uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data
    assert north.api("admin").get("/api/v1/domains").json["total"] == 0
    assert harbour.api("admin").get("/api/v1/domains").json["items"][0]["status"] == "verified"
    assert dns.asked == [theirs["record"]["name"]]  # nothing was looked up for a foreign id


@pytest.mark.parametrize(
    "host", ["north.stackroom.test", "*.north.example", "north.example:80", "10.0.0.1", "north"]
)
def test_a_host_that_cannot_be_served_is_refused_with_its_remedy(north: House, host: str) -> None:
    answer = north.api("admin").post("/api/v1/domains", json={"host": host})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "host"
    assert len(answer.json["detail"]) > 30


def test_a_body_cannot_name_the_organisation_the_token_or_the_state(
    north: House, harbour: House
) -> None:
    for extra in (
        {"organisation_id": harbour.tenant.id}, {"tenant_id": harbour.tenant.id},
        {"token": "x"}, {"status": "verified"},
    ):  # fmt: skip
        answer = north.api("admin").post("/api/v1/domains", json={"host": new_host(), **extra})
        assert answer.status_code == 422
    assert harbour.api("admin").get("/api/v1/domains").json["total"] == 0


def test_a_domain_is_listed_once_however_it_is_written(north: House) -> None:
    domain = add_domain(north)
    again = north.api("admin").post("/api/v1/domains", json={"host": domain["host"].upper() + "."})
    assert (again.status_code, again.json["code"]) == (409, "domain_listed")


def test_the_twenty_first_domain_is_refused(north: House) -> None:
    admin = north.api("admin")
    answers = [admin.post("/api/v1/domains", json={"host": new_host()}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [409]
    assert answers[-1].json["code"] == "too_many_domains"


def test_only_a_verified_domain_becomes_the_address(north: House) -> None:
    domain = add_domain(north)
    path = f"/api/v1/domains/{domain['id']}"
    refused = north.api("admin").patch(path, json={"canonical": True})
    assert (refused.status_code, refused.json["code"]) == (409, "domain_not_verified")


def test_the_address_goes_there_and_back_and_the_trail_tells_it(
    north: House, dns: NameServer
) -> None:
    subdomain, domain = north.tenant.host, prove_domain(north, dns)
    move_to(north, domain)
    assert north.tenant.host == domain["host"]
    move_to(north, domain, canonical=False)
    assert north.tenant.host == subdomain
    items = north.api("auditor").get("/api/v1/audit/entries?action=domain.made_canonical").json
    assert [item["subject"]["label"] for item in items["items"]] == [subdomain, domain["host"]]


def test_a_removed_domain_serves_no_more_and_the_address_falls_back(
    north: House, dns: NameServer
) -> None:
    subdomain, domain = north.tenant.host, prove_domain(north, dns)
    move_to(north, domain)
    admin = north.api("admin")
    assert admin.delete(f"/api/v1/domains/{domain['id']}").status_code == 204
    assert admin.get("/api/v1/me").status_code == 404
    assert Api(admin.client, subdomain, admin.token).get("/api/v1/me").status_code == 200


def test_a_suspended_organisation_keeps_its_domains_and_changes_none(
    north: House, dns: NameServer
) -> None:
    domain, admin = prove_domain(north, dns), north.api("admin")
    north.suspend()
    refused = admin.post(f"/api/v1/domains/{domain['id']}/checks")
    assert (refused.status_code, refused.json["code"]) == (403, "organisation_suspended")
    assert Api(admin.client, domain["host"], admin.token).get("/api/v1/me").status_code == 200
