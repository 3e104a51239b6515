"""A browser without scripts: keeps cookies, and sends each form with its CSRF token."""

import re
from dataclasses import dataclass
from typing import Any, cast

from flask.testing import FlaskClient

from stackroom.core.http import Stackroom
from stackroom.testing.house import Answer, House

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(slots=True)
class Visitor:
    client: FlaskClient
    host: str
    token: str = ""

    def request(self, method: str, path: str, **options: Any) -> Answer:
        answer = self.client.open(path, method=method, base_url=f"http://{self.host}", **options)
        if answer.mimetype == "text/html" and (found := TOKEN.search(answer.text)):
            self.token = found[1]
        return cast("Answer", answer)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> Answer:
        """Submit a form of the page last seen, or of the front page."""
        if not self.token:
            self.get("/", follow_redirects=True)
        return self.request(
            "POST", path, data={**(form or {}), "csrf_token": self.token}, **options
        )


def on_platform(app: Stackroom) -> Visitor:
    return Visitor(app.test_client(), app.settings.base_domain)


def visit(house: House, role: str = "") -> Visitor:
    """Somebody at an organisation's host, signed in where a role is given."""
    visitor = Visitor(house.app.test_client(), house.tenant.host)
    if role:
        name = house.app.config["SIGN_IN_COOKIE"]
        visitor.client.set_cookie(name, house.token(role), domain=house.tenant.host)
    return visitor
