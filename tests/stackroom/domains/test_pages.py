"""The page of domains, without a browser."""

from dataclasses import replace

from stackroom.testing.domains import add_domain, new_host, prove_domain
from stackroom.testing.house import House
from stackroom.testing.name_server import NameServer
from stackroom.testing.visitor import visit


def id_on(page: str) -> str:
    return page.partition('action="/domains/')[2][:36]


def test_an_admin_adds_checks_and_removes_a_domain(north: House, dns: NameServer) -> None:
    visitor, host = visit(north, "admin"), new_host()
    assert visitor.post("/domains", {"host": host}).status_code == 303
    page = visitor.get("/domains").text
    assert f"_stackroom.{host}" in page
    check = f"/domains/{id_on(page)}/check"
    missing = visitor.post(check, follow_redirects=True).text
    assert f"we found no TXT record at _stackroom.{host}" in missing
    value = missing.partition("stackroom-domain=")[2][:32]
    dns.prove({"name": f"_stackroom.{host}", "value": f"stackroom-domain={value}"})
    assert f"{host} is proved." in visitor.post(check, follow_redirects=True).text
    removed = visitor.post(f"/domains/{id_on(page)}/remove", follow_redirects=True).text
    assert "The domain is removed." in removed
    assert host not in removed


def test_what_stands_in_dns_is_text_on_the_page(north: House, dns: NameServer) -> None:
    domain = add_domain(north)
    dns.zone[domain["record"]["name"]] = [(b"<script>alert(1)</script>",)]
    visitor = visit(north, "admin")
    page = visitor.post(f"/domains/{domain['id']}/check", follow_redirects=True).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_host_that_cannot_be_served_is_shown_again_with_its_remedy(north: House) -> None:
    answer = visit(north, "admin").post("/domains", {"host": "https://catalogue.example/"})
    assert answer.status_code == 422
    assert "Give the host alone" in answer.text
    assert 'value="https://catalogue.example/"' in answer.text


def test_a_proof_that_comes_second_is_told_on_the_page(
    north: House, harbour: House, dns: NameServer
) -> None:
    first = prove_domain(harbour, dns)
    second = add_domain(north, first["host"])
    dns.prove(second["record"])
    visitor = visit(north, "admin")
    page = visitor.post(f"/domains/{second['id']}/check", follow_redirects=True).text
    assert "Another organisation has proved this domain" in page


def test_the_address_moves_and_the_browser_is_led_on(north: House, dns: NameServer) -> None:
    domain, visitor = prove_domain(north, dns), visit(north, "admin")
    path = f"/domains/{domain['id']}/canonical"
    assert visitor.post(path).headers["Location"] == "/domains"
    led = visitor.get("/domains")
    assert (led.status_code, led.headers["Location"]) == (308, f"http://{domain['host']}/domains")
    north.tenant = replace(north.tenant, host=domain["host"])
    there = visit(north, "admin")
    assert "The organisation's address" in there.get("/domains").text
    assert there.post("/domains/subdomain").status_code == 303
    assert visitor.get("/domains").status_code == 200


def test_without_a_domain_an_auditor_is_told_so_and_offered_nothing(north: House) -> None:
    page = visit(north, "auditor").get("/domains").text
    assert "No domain yet" in page
    assert "Add a domain" not in page
