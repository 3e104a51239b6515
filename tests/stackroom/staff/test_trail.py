"""What signing in and out leaves in the audit trail."""

from typing import Any

from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import visit


def entries(house: House, action: str) -> list[dict[str, Any]]:
    path = f"/api/v1/audit/entries?action={action}&per_page=100"
    found: list[dict[str, Any]] = house.api("auditor").get(path).json["items"]
    return found


def test_a_failed_sign_in_is_recorded_although_it_rolled_back(north: House) -> None:
    body = {"email": "nobody@x.example", "password": "wrong words"}
    north.anonymous().post("/api/v1/auth/tokens", json=body, headers={"X-Request-Id": "try-1"})
    (failure,) = entries(north, "auth.login_failed")
    assert failure["subject"]["label"] == "n…@x.example"
    assert failure["actor"]["type"] == "anonymous"
    assert (failure["request_id"], failure["ip"]) == ("try-1", "127.0.0.1")
    assert "wrong words" not in str(failure)


def test_signing_in_and_out_by_page_is_recorded_as_web(north: House) -> None:
    visitor = visit(north)
    visitor.post("/sign-in", {"email": north.email("librarian"), "password": PASSWORD})
    visitor.get("/start")
    visitor.post("/sign-out")
    (signed_out,) = entries(north, "auth.signed_out")
    assert signed_out["channel"] == "web"
    assert signed_out["actor"]["label"] == f"Librarian of {north.tenant.slug}"


def test_a_changed_password_is_recorded_without_it(north: House) -> None:
    form = {"old_password": PASSWORD, "new_password": "other quiet words"}
    visit(north, "librarian").post("/account/password", form)
    (changed,) = entries(north, "auth.password_changed")
    assert "quiet words" not in str(changed)


def test_a_change_of_settings_tells_before_and_after(north: House) -> None:
    visit(north, "admin").post("/organisation", {"name": "New Name", "timezone": "Europe/Zurich"})
    (changed,) = entries(north, "organisation.changed")
    assert f"name from “{north.tenant.name}” to “New Name”" in str(changed)


def test_a_change_of_roles_tells_before_and_after(north: House) -> None:
    with north.work("admin"):
        account_id = north.account("librarian").id
    north.api("admin").patch(f"/api/v1/staff/{account_id}", json={"roles": ["auditor"]})
    assert any(
        "from librarian to auditor" in str(entry) for entry in entries(north, "role.granted")
    )


def test_the_trail_of_one_organisation_is_not_the_other_ones(north: House, harbour: House) -> None:
    body = {"email": "nobody@x.example", "password": "wrong words"}
    north.anonymous().post("/api/v1/auth/tokens", json=body)
    assert entries(harbour, "auth.login_failed") == []
