"""An admin connects the directory, lets a group give a role, and a leaver is out."""

import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from stackroom.demo import PASSWORD
from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.furnish import GROUP, USER
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e


def test_a_directory_is_connected_and_its_group_gives_a_role(people: People, site: Served) -> None:
    name = f"Desk {secrets.token_hex(3)}"
    page = people.person("admin")
    page.goto("/start")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Directory").click()
    expect(page.get_by_text("/api/scim/v2")).to_be_visible()
    assert grave_faults(page) == []

    headers = {"Authorization": f"Bearer {make_key(site)}"}

    def send(path: str, body: dict[str, Any]) -> str:
        answer = site.request("POST", f"/api/scim/v2{path}", "north", headers=headers, json=body)
        return str(answer.json()["id"])

    mail = f"{secrets.token_hex(3)}@north.example"
    user_id = send("/Users", {"schemas": [USER], "userName": mail, "displayName": "Nia Desk"})
    send("/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": user_id}]})

    page.reload()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("no role")
    row.get_by_role("link", name=name).click()
    expect(page.get_by_text("Nia Desk")).to_be_visible()
    page.get_by_label("Role").select_option("circulation")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("now gives: Circulation desk")
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Circulation desk")


def make_key(site: Served) -> str:
    headers = site.sign_in("north", "admin@north.example", PASSWORD)

    def post(path: str, body: dict[str, Any]) -> Any:
        return site.request("POST", f"/api/v1{path}", "north", headers=headers, json=body).json()

    owner = post("/service-accounts", {"name": f"Directory {secrets.token_hex(3)}"})["id"]
    key = {"service_account_id": owner, "name": "Live", "permissions": ["directory.write"]}
    return str(post("/api-keys", key)["token"])
