"""A link to our own host leads to somebody else's page: by a parameter that says where to go next,
or by a header that says which host we are. Every page, drawn from the app."""

import re
from urllib.parse import quote, urljoin, urlsplit

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import PASSWORD, Answer, House, open_house
from stackroom.testing.isolation.asking import Values, address, drawn, own_values, role_for
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.ways import Way
from stackroom.testing.visitor import visit

EVIL = "evil.example"
NAMES = (
    "next", "return_to", "return_url", "return", "redirect", "redirect_uri", "redirect_url", "url",
    "continue", "target", "dest", "back", "goto", "RelayState",
)  # fmt: skip
"""What such parameters are called, here and elsewhere."""
PLACES = (
    f"https://{EVIL}/", f"//{EVIL}/", f"///{EVIL}/", f"/\\{EVIL}/", f"\\\\{EVIL}/", f"/\t/{EVIL}/",
    f"/\n/{EVIL}/", f"https:{EVIL}", f"https:/\\{EVIL}/", f"http://{{host}}@{EVIL}/",
    f"//{{host}}.{EVIL}/", f"%2F%2F{EVIL}", f"javascript:alert('{EVIL}')", f"data:text/html,{EVIL}",
    f"/..//{EVIL}/", f"/%5C{EVIL}/", f"https://{EVIL}%00.{{host}}/",
)  # fmt: skip
Plan = list[tuple[Way, Values]]


@pytest.fixture(scope="module")
def house(app: Stackroom) -> House:
    found = open_house(app, "north")
    furnish_every_table(found)
    return found


@pytest.fixture(scope="module")
def plan(house: House) -> Plan:
    """Every page that is looked at."""
    return [
        (way, own_values(house, way))
        for way in drawn(house)
        if way.method == "GET" and not way.is_api and way.access.asks_who
    ]


def leads_away(answer: Answer, house: House) -> str:
    """Where a browser would go, if that is neither our own host nor the provider at which the house
    signs in. It takes a backslash for a slash, and skips control characters (WHATWG URL, §4.4)."""
    host, provider = house.tenant.host, f"login.{house.tenant.slug}.example"
    given = answer.headers.get("Location", "")
    plain = re.sub(r"[\x00-\x20]", "", given).replace("\\", "/")
    found = urlsplit(urljoin(f"http://{host}/", plain))
    ours = found.hostname == host or (found.hostname == provider and EVIL not in given)
    return "" if found.scheme in ("http", "https") and ours else given


def test_no_parameter_leads_away(house: House, plan: Plan, matrix: Recording) -> None:
    """Asked by nobody, who is led to the door, and by somebody who is in."""
    visitors = {"": visit(house)}
    with matrix("attack", at_least=600) as found:
        for way, values in plan:
            role = role_for(way)
            if role not in visitors:
                visitors[role] = visit(house, role)
            for place in PLACES:
                asked = quote(place.format(host=house.tenant.host), safe="")
                query = "&".join(f"{name}={asked}" for name in NAMES)
                path = address(way, values)
                path += f"{'&' if '?' in path else '?'}{query}"
                for who in ("", role):
                    answer = visitors[who].get(path, buffered=True)
                    leak = leads_away(answer, house)
                    name = f"open redirect to {place!r} for {who or 'nobody'}"
                    found.note(way.rule.rule, "GET", name, leak)


@pytest.mark.parametrize("place", PLACES)
def test_nor_does_a_form_that_was_sent(house: House, place: str) -> None:
    visitor = visit(house)
    visitor.get("/sign-in")
    form = {"email": house.email("admin"), "password": PASSWORD}
    form |= dict.fromkeys(NAMES, place.format(host=house.tenant.host))
    answer = visitor.post("/sign-in", form)
    assert answer.status_code == 303
    assert not leads_away(answer, house)


HEADERS = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Original-Host": EVIL,
    "X-Host": EVIL,
    "X-HTTP-Host-Override": EVIL,
    "Forwarded": f"host={EVIL};proto=https",
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "Referer": f"https://{EVIL}/",
}


def test_no_header_says_which_host_we_are(house: House, plan: Plan, matrix: Recording) -> None:
    """Neither where a page leads, nor what is written in it."""
    visitors = {"": visit(house)} | {
        role: visit(house, role) for role in {role_for(way) for way, _ in plan}
    }
    with matrix("attack", at_least=60) as found:
        for way, values in plan:
            for who in ("", role_for(way)):
                answer = visitors[who].get(address(way, values), headers=HEADERS, buffered=True)
                named = EVIL in answer.get_data().decode("latin-1")
                leak = leads_away(answer, house) or "it names that host" * named
                found.note(way.rule.rule, "GET", f"a forged host, {who or 'nobody'}", leak)


@pytest.mark.parametrize(
    "host",
    [
        EVIL, f"{{host}}.{EVIL}", f"{{host}}@{EVIL}", f"{EVIL}#{{host}}", f"{EVIL}/{{host}}",
        f"{{host}}:80@{EVIL}", f"{{host}}:{EVIL}", f"{EVIL}?{{host}}", f"{{host}}, {EVIL}",
        f"{EVIL}\\{{host}}", f"[{EVIL}]", f"{{host}}\t{EVIL}",
    ],
)  # fmt: skip
def test_a_crooked_host_serves_nobody(house: House, host: str) -> None:
    crooked = host.format(host=house.tenant.host)
    for path in ("/", "/sign-in", "/start", "/api/v1/me"):
        answer = house.app.test_client().get(path, environ_overrides={"HTTP_HOST": crooked})
        assert answer.status_code in (400, 404), (path, answer.status_code)
        assert EVIL not in answer.headers.get("Location", "")
