"""Signing in over the API."""

from stackroom.testing.house import PASSWORD, House


def test_a_librarian_signs_in_and_is_known(north: House) -> None:
    api = north.anonymous()
    answer = api.post(
        "/api/v1/auth/tokens", json={"email": north.email("librarian"), "password": PASSWORD}
    )
    assert answer.status_code == 200, answer.text
    api.token = answer.json["access_token"]
    me = api.get("/api/v1/me").json
    assert me["email"] == north.email("librarian")
    assert me["roles"] == ["librarian"]
    assert me["organisation"]["slug"] == north.tenant.slug


def test_a_token_of_another_organisation_is_refused_and_recorded(
    north: House, harbour: House
) -> None:
    api = north.api("librarian")
    api.host = harbour.tenant.host
    answer = api.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json["code"] == "wrong_organisation"


def test_staff_are_listed_for_an_admin(north: House) -> None:
    answer = north.api("admin").get("/api/v1/staff")
    assert answer.status_code == 200, answer.text
    assert answer.json["total"] == 3


def test_a_librarian_may_not_see_the_staff(north: House) -> None:
    answer = north.api("librarian").get("/api/v1/staff")
    assert answer.status_code == 403
    assert answer.json["permission"] == "staff.read"
