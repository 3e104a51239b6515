"""Single sign-on of an organisation under test."""

from typing import Any

from stackroom.testing.domains import prove_domain
from stackroom.testing.house import Answer, House
from stackroom.testing.identity_provider import IdentityProvider
from stackroom.testing.name_server import NameServer
from stackroom.testing.visitor import Visitor, visit


def trust(house: House, provider: IdentityProvider, **more: Any) -> Any:
    """As the API shows it."""
    answer = house.api("admin").post("/api/v1/sso/providers", json=provider.settings(**more))
    assert answer.status_code == 201, answer.text
    return answer.json


def change(house: House, trusted: Any, **more: Any) -> Any:
    """The settings as they are, but for `more`."""
    kept = {name: value for name, value in trusted.items() if name not in READ_ONLY} | more
    path = f"/api/v1/sso/providers/{trusted['id']}"
    answer = house.api("admin").request("PUT", path, json=kept)
    assert answer.status_code == 200, answer.text
    return answer.json


READ_ONLY = ("id", "has_secret", "redirect_uri")


def own_domain(house: House, dns: NameServer) -> str:
    """That of the house's people, proved."""
    host = f"{house.tenant.slug}.example"
    assert prove_domain(house, dns, host)["status"] == "verified"
    return host


def knows(provider: IdentityProvider, subject: str, email: str, **claims: Any) -> None:
    """The provider has somebody, whose e-mail address it has verified."""
    provider.people[subject] = {
        "email": email, "email_verified": True, "name": subject.title(), **claims,
    }  # fmt: skip


def go(visitor: Visitor, trusted: Any, onward: str = "") -> str:
    """Press the button: where the browser is sent."""
    path = f"/sign-in/with/{trusted['id']}"
    answer = visitor.get(path, query_string={"next": onward} if onward else {})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def come(
    house: House, provider: IdentityProvider, trusted: Any, subject: str, *,
    visitor: Visitor | None = None, onward: str = "",
) -> tuple[Answer, Visitor]:  # fmt: skip
    """Out to the provider and back, with the browser of somebody who is `subject` there."""
    visitor = visitor or visit(house)
    back = provider.sign_in(go(visitor, trusted, onward), subject)
    return visitor.get(back), visitor


def email_of(visitor: Visitor) -> str:
    """Who is signed in with this browser; empty for nobody."""
    page = visitor.get("/account")
    if page.status_code != 200:
        return ""
    return str(page.text.partition('class="lead">')[2].partition("<")[0])


def events(house: House, action: str) -> list[Any]:
    """Newest first, as an auditor reads them."""
    answer = house.api("auditor").get(f"/api/v1/audit/entries?action={action}")
    return list(answer.json["items"])
