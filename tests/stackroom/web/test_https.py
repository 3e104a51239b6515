"""Cookies and headers where the platform is served over TLS."""

from collections.abc import Iterator

import pytest

from config import Settings
from stackroom.core.http import Stackroom
from stackroom.testing.house import PASSWORD, Answer, open_house
from stackroom.testing.second import second_app


@pytest.fixture
def secure(settings: Settings) -> Iterator[Stackroom]:
    with second_app(settings, scheme="https") as made:
        yield made


def sign_in(app: Stackroom) -> Answer:
    house, client = open_house(app, "secure"), app.test_client()
    base = f"https://{house.tenant.host}"
    page = client.get("/sign-in", base_url=base)
    form = {
        "email": house.email("admin"),
        "password": PASSWORD,
        "csrf_token": page.text.partition('name="csrf-token" content="')[2].partition('"')[0],
    }
    answer: Answer = client.post(
        "/sign-in", base_url=base, data=form, headers={"Referer": f"{base}/sign-in"}
    )  # type: ignore[assignment]  # Answer is only a type
    assert answer.status_code == 303
    return answer


def test_cookies_are_bound_to_this_very_host(secure: Stackroom) -> None:
    """A sibling subdomain is another organisation: it must not plant our cookie."""
    (cookie,) = (
        cookie
        for cookie in sign_in(secure).headers.getlist("Set-Cookie")
        if cookie.startswith("__Host-stackroom_session=")
    )
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_browsers_are_told_to_stay_on_tls_here_and_at_no_host_below(secure: Stackroom) -> None:
    """Below a domain that an organisation has brought, its other hosts may have no TLS."""
    told = sign_in(secure).headers["Strict-Transport-Security"]
    assert "max-age=" in told
    assert "includeSubDomains" not in told
