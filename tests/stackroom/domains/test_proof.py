"""A domain is whose who can write into its DNS; nobody has it by saying so."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import transaction
from stackroom.testing.domains import (
    add_domain,
    check_domain,
    move_to,
    new_host,
    prove_domain,
    recheck,
)
from stackroom.testing.ending import close, purge
from stackroom.testing.house import Answer, Api, House
from stackroom.testing.name_server import NameServer
from tenants import context
from tenants.domains import CustomDomain


def at(house: House, host: str, path: str = "/api/v1/openapi.json") -> Answer:
    return Api(house.app.test_client(), host).get(path)


def told(house: House) -> list[str]:
    items = house.api("auditor").get("/api/v1/audit/entries?per_page=100").json["items"]
    return [item["action"] for item in items if item["action"].startswith("domain.")]


def listed(house: House) -> dict[str, str]:
    items = house.api("auditor").get("/api/v1/domains").json["items"]
    return {item["host"]: item["status"] for item in items}


def test_a_claim_serves_nothing_and_says_what_to_set(north: House) -> None:
    domain = add_domain(north, "Katalog.Bücherei.example")
    assert (domain["host"], domain["status"]) == ("katalog.xn--bcherei-n2a.example", "claimed")
    assert domain["record"]["name"] == "_stackroom.katalog.xn--bcherei-n2a.example"
    assert len(domain["record"]["value"]) > 32
    assert at(north, domain["host"]).status_code == 404
    assert told(north) == ["domain.claimed"]


def test_the_record_proves_it_beside_other_records(north: House, dns: NameServer) -> None:
    domain = add_domain(north)
    value = domain["record"]["value"].encode()
    dns.zone[domain["record"]["name"]] = [(b"v=spf1 -all",), (value[:9], value[9:])]
    checked = check_domain(north, domain)
    assert checked["status"] == "verified"
    assert checked["verified_at"]
    assert at(north, domain["host"]).status_code == 200
    assert told(north) == ["domain.verified", "domain.claimed"]


@pytest.mark.parametrize(
    ("records", "finding"),
    [
        (None, "no TXT record at _stackroom."),
        ([], "no TXT record at _stackroom."),
        ([(b"v=spf1 -all",), (b"x\x00y",)], "another TXT record there: “v=spf1 -all”, “x�y”"),
    ],
)
def test_a_check_without_the_record_says_what_was_there(
    north: House, dns: NameServer, records: list[tuple[bytes, ...]] | None, finding: str
) -> None:
    domain = add_domain(north)
    if records is not None:
        dns.zone[domain["record"]["name"]] = records
    checked = check_domain(north, domain)
    assert checked["status"] == "claimed"
    assert finding in checked["finding"]
    assert at(north, domain["host"]).status_code == 404
    assert told(north)[0] == "domain.not_proved"


def test_the_token_of_another_organisation_proves_nothing(
    north: House, harbour: House, dns: NameServer
) -> None:
    host = new_host()
    theirs, ours = add_domain(harbour, host), add_domain(north, host)
    assert theirs["record"]["value"] != ours["record"]["value"]
    dns.prove(theirs["record"])
    assert check_domain(north, ours)["status"] == "claimed"


def test_dns_that_does_not_answer_changes_nothing(north: House, dns: NameServer) -> None:
    domain = prove_domain(north, dns)
    dns.broken = True
    recheck(north)
    assert listed(north) == {domain["host"]: "verified"}
    claimed = add_domain(north)
    assert check_domain(north, claimed)["finding"] == "that DNS did not answer"


def test_a_claim_does_not_keep_the_domain_from_its_owner(
    north: House, harbour: House, dns: NameServer
) -> None:
    squatter = add_domain(harbour)
    owner = prove_domain(north, dns, squatter["host"])
    assert owner["status"] == "verified"
    assert at(north, owner["host"], "/api/v1/me").status_code == 401  # somebody answers
    assert "domain.taken" not in told(harbour)


def test_who_proves_first_keeps_it_and_the_second_proof_is_refused(
    north: House, harbour: House, dns: NameServer
) -> None:
    first = prove_domain(north, dns)
    second = add_domain(harbour, first["host"])
    dns.prove(second["record"])
    refused = harbour.api("admin").post(f"/api/v1/domains/{second['id']}/checks")
    assert (refused.status_code, refused.json["code"]) == (409, "domain_taken")
    assert north.tenant.slug not in refused.text
    assert listed(harbour) == {second["host"]: "claimed"}
    assert told(harbour)[0] == "domain.taken"
    me = Api(north.app.test_client(), first["host"], north.api("admin").token).get("/api/v1/me")
    assert me.json["organisation"]["slug"] == north.tenant.slug


def test_of_two_proofs_at_the_same_moment_one_wins(
    north: House, harbour: House, dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add_domain(north)
    both = [first, add_domain(harbour, first["host"])]
    dns.zone[first["record"]["name"]] = [(str(one["record"]["value"]).encode(),) for one in both]
    gate, answer = Barrier(2), dns.resolve
    monkeypatch.setattr(dns, "resolve", lambda *asked: (gate.wait(10), answer(*asked))[1])

    def prove(house: House, domain: Any) -> int:
        return house.api("admin").post(f"/api/v1/domains/{domain['id']}/checks").status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(prove, (north, harbour), both)) == [200, 409]
    assert sorted([*listed(north).values(), *listed(harbour).values()]) == ["claimed", "verified"]


def test_a_proof_that_went_missing_is_found_again_within_the_grace(
    north: House, dns: NameServer
) -> None:
    domain = prove_domain(north, dns)
    del dns.zone[domain["record"]["name"]]
    recheck(north)
    assert listed(north) == {domain["host"]: "failing"}
    assert at(north, domain["host"]).status_code == 200
    recheck(north)
    dns.prove(domain["record"])
    recheck(north)
    assert listed(north) == {domain["host"]: "verified"}
    assert told(north)[:2] == ["domain.recovered", "domain.failing"]  # each once


def test_after_the_grace_it_stops_serving_and_others_may_prove_it(
    north: House, harbour: House, dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = prove_domain(north, dns)
    move_to(north, domain)
    later = add_domain(harbour, domain["host"])
    dns.prove(later["record"])
    recheck(north)
    grace = timedelta(days=north.app.settings.domain_grace_days)
    for days, status in ((grace - timedelta(minutes=5), 200), (grace, 404)):
        now = datetime.now(UTC) + days
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        recheck(north)
        assert at(north, domain["host"]).status_code == status
    monkeypatch.undo()
    assert at(north, f"{north.tenant.slug}.stackroom.test", "/sign-in").status_code == 200
    north.tenant = replace(north.tenant, host=f"{north.tenant.slug}.stackroom.test")
    assert told(north)[:2] == ["domain.released", "domain.made_canonical"]


def test_a_domain_left_dangling_by_closing_answers_as_unknown(
    north: House, harbour: House, dns: NameServer
) -> None:
    domain = prove_domain(north, dns)
    move_to(north, domain)
    close(north)
    unknown, dangling = at(north, new_host(), "/sign-in"), at(north, domain["host"], "/sign-in")
    assert (dangling.status_code, unknown.status_code) == (404, 404)
    assert at(north, f"{north.tenant.slug}.stackroom.test", "/sign-in").status_code == 200
    assert prove_domain(harbour, dns, domain["host"])["status"] == "verified"


def test_nothing_is_left_of_the_domains_of_a_purged_organisation(
    north: House, dns: NameServer
) -> None:
    prove_domain(north, dns)
    purge(north)
    with (
        north.app.app_context(),
        transaction() as session,
        context.unscoped("look at what was theirs"),
    ):
        ours = CustomDomain.organisation_id == north.tenant.id
        assert session.scalars(sa.select(CustomDomain).where(ours)).all() == []
