"""With a provider that others have written."""

import pytest

from stackroom.testing.foreign_provider import come_back, foreign_provider
from stackroom.testing.house import House
from stackroom.testing.name_server import NameServer
from stackroom.testing.sso import email_of, go, own_domain
from stackroom.testing.visitor import visit

pytestmark = pytest.mark.slow


def test_a_newcomer_comes_in_by_it_with_the_roles_of_their_groups(
    north: House, dns: NameServer
) -> None:
    host = own_domain(north, dns)
    nora = {
        "sub": "nora", "email": f"nora@{host}", "email_verified": True, "name": "Nora Nilsen",
        "groups": ["desk"],
    }  # fmt: skip
    settings = {
        "name": "Another", "client_id": "stackroom", "client_secret": "any", "enabled": True,
        "create_accounts": True, "group_roles": [{"group": "desk", "role": "librarian"}],
    }  # fmt: skip
    with foreign_provider(nora) as issuer:
        admin = north.api("admin")
        trusted = admin.post("/api/v1/sso/providers", json={**settings, "issuer": issuer}).json
        tested = admin.post(f"/api/v1/sso/providers/{trusted['id']}/tests").json
        assert tested["passed"], tested
        visitor = visit(north)
        answer = visitor.get(f"/{come_back(go(visitor, trusted), 'nora')}")
    assert answer.status_code == 303, answer.text
    assert email_of(visitor) == f"nora@{host}"
    assert visitor.get("/patrons").status_code == 200
