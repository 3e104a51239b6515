"""Domains of an organisation under test."""

import secrets
from dataclasses import replace
from typing import Any

from stackroom.core import actor
from stackroom.core.actor import SYSTEM, Channel, Provenance
from stackroom.domains.tasks import RECHECK
from stackroom.testing.house import House
from stackroom.testing.name_server import NameServer
from tenants import context


def new_host() -> str:
    """Tests share one database, so each has hosts of its own."""
    return f"catalogue.{secrets.token_hex(4)}.example"


def add_domain(house: House, host: str = "") -> Any:
    """As the API shows it."""
    answer = house.api("admin").post("/api/v1/domains", json={"host": host or new_host()})
    assert answer.status_code == 201, answer.text
    return answer.json


def check_domain(house: House, domain: Any) -> Any:
    answer = house.api("admin").post(f"/api/v1/domains/{domain['id']}/checks")
    assert answer.status_code == 200, answer.text
    return answer.json


def prove_domain(house: House, dns: NameServer, host: str = "") -> Any:
    domain = add_domain(house, host)
    dns.prove(domain["record"])
    return check_domain(house, domain)


def move_to(house: House, domain: Any, *, canonical: bool = True) -> None:
    """Make a domain the organisation's address; the house's clients go there, too."""
    path, body = f"/api/v1/domains/{domain['id']}", {"canonical": canonical}
    assert house.api("admin").patch(path, json=body).json["canonical"] is canonical
    subdomain = f"{house.tenant.slug}.{house.app.settings.base_domain}"
    house.tenant = replace(house.tenant, host=domain["host"] if canonical else subdomain)


def recheck(house: House) -> None:
    """What the schedule does for this organisation."""
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        actor.acting_as(Provenance(SYSTEM, Channel.JOB)),
    ):
        RECHECK.run()
