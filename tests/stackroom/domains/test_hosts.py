"""From a host to an organisation: every source must agree, and no header steers anything."""

import re
import secrets
from collections.abc import Iterator
from typing import cast

import pytest
import sqlalchemy as sa

from config import Settings
from stackroom.core import outbox
from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.core.organisation import present
from stackroom.notifications.mail import FolderMailer, mailer
from stackroom.testing.domains import add_domain, move_to, new_host, prove_domain
from stackroom.testing.ending import close, purge
from stackroom.testing.house import Answer, Api, House, open_house
from stackroom.testing.name_server import NameServer
from stackroom.testing.second import second_app
from stackroom.testing.visitor import visit
from tenants import context
from tenants.lifecycle import Status
from tenants.models import Organisation

EVIL = "evil.example"
FORWARDED = {
    "X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Forwarded-Port": "6666", "X-Host": EVIL, "X-Original-Host": EVIL,
    "X-Original-URL": f"//{EVIL}/", "X-Rewrite-URL": f"//{EVIL}/", "X-HTTP-Host-Override": EVIL,
    "Forwarded": f"host={EVIL};proto=https", "Origin": f"https://{EVIL}",
}  # fmt: skip
"""What reverse proxies, caches and frameworks have been steered with."""


def new_slug() -> str:
    return f"mail-{secrets.token_hex(4)}"


def told_apart(answer: Answer) -> tuple[object, ...]:
    headers = {k: v for k, v in answer.headers if k != "Content-Security-Policy"}  # a nonce
    return answer.status_code, headers, answer.data


def hosts_that_serve_nobody(app: Stackroom, dns: NameServer) -> list[str]:
    """Claimed, released, left behind by closing, not open yet, purged, invented, malformed."""
    house, closing = open_house(app, "north"), open_house(app, "closing")
    released = prove_domain(house, dns)
    house.api("admin").delete(f"/api/v1/domains/{released['id']}")
    dangling = prove_domain(closing, dns)
    close(closing)
    unopened, purged = open_house(app, "unopened"), open_house(app, "purged")
    with unopened.work("admin"):
        present().status = Status.PROVISIONING
    app.resolver.forget(unopened.tenant.host)
    once = purged.tenant.host
    purge(purged)
    return [
        add_domain(house)["host"], released["host"], dangling["host"], unopened.tenant.host,
        once, new_host(), "nobody-here.stackroom.test", "a.b.stackroom.test",
        "unopened.1.stackroom.test", f"stackroom.test.{EVIL}", f"stackroom.test@{EVIL}",
        "127.0.0.1", "[::1]", "a b", "", "bücher.example", "x" * 300, f"{EVIL}:99999",
    ]  # fmt: skip


def test_unknown_hosts_of_any_kind_answer_one_and_the_same(app: Stackroom, dns: NameServer) -> None:
    """Status, headers and bytes: nobody outside can tell claimed, closed and invented apart."""
    hosts = hosts_that_serve_nobody(app, dns)
    for path in ("/api/v1/me", "/api/v1/organisations", "/api/v1/nothing", "/api/docs/"):
        same = {"Accept": "application/json", "X-Request-Id": "same"}
        expected = told_apart(ask(app, EVIL, path, same))
        assert expected[0] == 404
        for host in hosts:
            assert told_apart(ask(app, host, path, same)) == expected, (host, path)


def ask(app: Stackroom, host: str, path: str, headers: dict[str, str]) -> Answer:
    sent = {"HTTP_HOST": host.encode().decode("latin-1")}  # as servers hand it to WSGI
    return cast("Answer", app.test_client().get(path, headers=headers, environ_overrides=sent))


@pytest.mark.parametrize("path", ["/", "/sign-in", "/staff", "/static/none.css", "/readyz"])
def test_a_page_at_an_unknown_host_names_nothing_and_is_not_kept(app: Stackroom, path: str) -> None:
    for host in (EVIL, "nobody-here.stackroom.test"):
        answer = ask(app, host, path, FORWARDED)
        if path == "/readyz" and host != EVIL:
            continue  # a probe on the platform's own names says how the process is
        assert answer.status_code == 404
        assert "No organisation answers at this address." in answer.text
        assert EVIL not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_probe_is_answered_to_the_machine_and_not_to_an_invented_host(app: Stackroom) -> None:
    client = app.test_client()
    assert client.get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": EVIL}).status_code == 404


def test_a_probe_tells_a_proxy_whether_a_domain_is_served(north: House, dns: NameServer) -> None:
    """Before it asks for a certificate; /healthz looks at nothing else."""
    claimed, proved = add_domain(north), prove_domain(north, dns)
    for domain, status in ((claimed, 404), (proved, 200)):
        assert Api(north.app.test_client(), domain["host"]).get("/healthz").status_code == status


def test_a_token_of_one_is_void_on_every_host_of_the_other(
    north: House, harbour: House, dns: NameServer
) -> None:
    domain, stranger = prove_domain(harbour, dns), north.api("admin").token
    for host in (harbour.tenant.host, domain["host"]):
        answer = Api(north.app.test_client(), host, stranger).get("/api/v1/me")
        assert (answer.status_code, answer.json["code"]) == (401, "wrong_organisation")
    audit = harbour.api("auditor").get("/api/v1/audit/entries?action=auth.wrong_organisation").json
    assert audit["total"] == 2


def test_no_header_speaks_for_an_organisation(north: House, harbour: House) -> None:
    """The host decides, and the token has to agree; nothing else is even read."""
    claims = {
        "X-Tenant": harbour.tenant.slug, "X-Tenant-Id": str(harbour.tenant.id),
        "X-Okapi-Tenant": harbour.tenant.slug, "X-Organisation": str(harbour.tenant.uuid),
        "X-Forwarded-Host": harbour.tenant.host, "X-Original-Host": harbour.tenant.host,
        "Forwarded": f"host={harbour.tenant.host}",
    }  # fmt: skip
    me = north.api("admin").get("/api/v1/me", headers=claims).json
    assert me["organisation"]["slug"] == north.tenant.slug


def test_a_cookie_is_void_where_the_domain_has_changed_hands(
    north: House, harbour: House, dns: NameServer
) -> None:
    """The browser still sends it, for to the browser it is the same host."""
    domain = prove_domain(north, dns)
    move_to(north, domain)
    browser = visit(north, "admin")
    assert browser.get("/staff").status_code == 200
    north.api("admin").delete(f"/api/v1/domains/{domain['id']}")
    move_to(harbour, prove_domain(harbour, dns, domain["host"]))
    refused = browser.get("/staff", headers={"Accept": "application/json"})
    assert refused.status_code == 401
    audit = harbour.api("auditor").get("/api/v1/audit/entries?action=auth.wrong_organisation").json
    assert audit["total"] == 1


@pytest.fixture
def moved(north: House, dns: NameServer) -> House:
    """An organisation whose address is a domain of its own."""
    move_to(north, prove_domain(north, dns))
    return north


def alias(house: House) -> Api:
    return Api(house.app.test_client(), f"{house.tenant.slug}.stackroom.test")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/sign-in?next=/staff%3Fpage%3D2&x=%2F%2Fevil.example", "/nothing/at%20all/%C3%A9",
        "/a%252Fb", "/static/none.css", "/catalogue?q=a+b&q=%22c%22",
    ],
)  # fmt: skip
def test_pages_of_an_alias_lead_to_the_same_place_at_the_address(
    moved: House, method: str, path: str
) -> None:
    answer = alias(moved).request(method, path)
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"http://{moved.tenant.host}{path}"
    assert answer.headers["Cache-Control"] == "no-store"  # the address may move again


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example", "//evil.example/%2f..", "/\\evil.example", "/%5Cevil.example",
        "/@evil.example", "/.evil.example", "/%0d%0aLocation:%20//evil.example", "/?//evil.example",
        "/%09/evil.example", "/:80@evil.example/",
    ],
)  # fmt: skip
def test_no_path_steers_the_redirect_to_a_foreign_host(moved: House, path: str) -> None:
    environ = {"PATH_INFO": re.sub("%([0-9a-fA-F]{2})", _unquote, path.partition("?")[0])}
    answer = alias(moved).get("/", environ_overrides=environ, headers=FORWARDED)
    assert answer.status_code == 308
    location = answer.headers["Location"]
    assert location.startswith(f"http://{moved.tenant.host}/")
    assert "\r" not in location
    assert "\n" not in location


def _unquote(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def test_the_api_answers_on_every_host_of_an_organisation(moved: House) -> None:
    """A client that is redirected to another host drops its token on the way."""
    for api in (alias(moved), moved.anonymous()):
        me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {moved.api('admin').token}"})
        assert me.json["organisation"]["slug"] == moved.tenant.slug


def test_a_form_sent_to_an_alias_is_not_sent_on(moved: House) -> None:
    answer = alias(moved).post("/sign-in", data={"email": "x", "password": "y"})
    assert answer.status_code == 400  # nobody got a form there


def test_pages_work_at_the_domain_with_a_cookie_of_this_host_alone(moved: House) -> None:
    visitor = visit(moved)
    form = {"email": moved.email("admin"), "password": "a few quiet words"}
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", form)
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert not any("domain=" in cookie.lower() for cookie in cookies)
    assert visitor.get("/start").status_code == 200


def test_an_alias_goes_on_serving_pages_once_the_address_is_taken_back(moved: House) -> None:
    items = moved.api("admin").get("/api/v1/domains").json["items"]
    move_to(moved, items[0], canonical=False)
    back = Api(moved.app.test_client(), items[0]["host"]).get("/sign-in")
    assert back.headers["Location"] == f"http://{moved.tenant.host}/sign-in"
    assert visit(moved).get("/sign-in").status_code == 200


def test_no_answer_repeats_a_host_that_the_request_made_up(moved: House) -> None:
    """What a shared cache could be poisoned with: bodies, links, redirects, cookies."""
    for path in ("/", "/sign-in", "/nothing", "/api/docs", "/api/v1/bibs", "/api/v1/openapi.json"):
        for visitor in (visit(moved, "admin"), visit(moved)):
            answer = visitor.get(path, headers=FORWARDED)
            assert answer.status_code < 500
            assert EVIL not in answer.text
            assert EVIL not in str(answer.headers)
            assert answer.headers["Cache-Control"] == "no-store"


def test_links_of_a_page_are_built_without_the_host(moved: House) -> None:
    links = moved.api("admin").get("/api/v1/staff", headers=FORWARDED).headers["Link"]
    assert links.startswith("</api/v1/staff?")


def test_mail_names_stored_hosts_whatever_the_request_said(app: Stackroom) -> None:
    platform, slug = Api(app.test_client(), app.settings.base_domain), new_slug()
    body = {
        "name": "Mail House", "slug": slug, "admin_name": "Ada", "admin_email": "ada@mail.example",
        "password": "a few quiet words",
    }  # fmt: skip
    answer = platform.post("/api/v1/organisations", json=body, headers=FORWARDED)
    assert answer.json["url"] == f"http://{slug}.stackroom.test"
    with app.app_context(), transaction(), context.unscoped("find who just signed up"):
        found = db.session.scalars(sa.select(Organisation).filter_by(slug=slug)).one()
        house = House(app, found.as_tenant())
    mail = newest_mail(house)
    assert "http://stackroom.test/verify?token=" in mail
    assert f"http://{slug}.stackroom.test" in mail
    assert EVIL not in mail


def test_mail_names_the_domain_that_is_the_address(moved: House) -> None:
    with moved.work("admin"):
        outbox.send("staff.verification_mail", {"account_id": str(moved.account("admin").id)})
    assert f"http://{moved.tenant.host}" in newest_mail(moved)


def newest_mail(house: House) -> str:
    house.deliver()
    folder = mailer(house.app.settings)
    assert isinstance(folder, FolderMailer)
    body = folder.delivered(str(house.tenant.uuid))[0].get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.fixture
def behind_a_proxy(settings: Settings) -> Iterator[Stackroom]:
    with second_app(settings, proxy_hops=1) as made:
        yield made


def test_behind_a_proxy_only_address_and_scheme_are_taken_from_it(
    behind_a_proxy: Stackroom,
) -> None:
    house = open_house(behind_a_proxy, "proxied")
    spoofed = {**FORWARDED, "X-Forwarded-For": "6.6.6.6, 192.0.2.7", "X-Forwarded-Proto": "https"}
    answer = house.anonymous().post(
        "/api/v1/auth/tokens", json={"email": "x@x.example", "password": "wrong"}, headers=spoofed
    )
    assert answer.status_code == 401
    assert EVIL not in answer.text
    items = house.api("auditor").get("/api/v1/audit/entries?action=auth.login_failed").json["items"]
    assert items[0]["ip"] == "192.0.2.7"  # one hop: what stands before it, anybody may write


def test_a_closing_organisation_still_answers_on_its_subdomain(north: House) -> None:
    close(north)
    assert north.anonymous().get("/api/v1/me").status_code == 401
