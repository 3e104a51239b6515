"""An explanation is the decision itself, told; so it can never differ from what a route does."""

from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from stackroom.core import clock
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.core.permissions import Grant, Reach, granted
from stackroom.staff.roles.granting import in_force
from stackroom.staff.roles.shipped import Role
from stackroom.testing.house import PASSWORD, House

LIBRARIES = (UUID(int=1), UUID(int=2))


def place(house: House, code: str) -> str:
    from stackroom.libraries.models import Library

    with house.work("admin") as session:
        found = Library(code=code, name=code.title())
        session.add(found)
        session.flush()
        return str(found.id)


def test_it_says_why_somebody_may_not_and_where_they_may(north: House) -> None:
    admin = north.api("admin")
    harbour, west = place(north, "harbour"), place(north, "west")
    body = {
        "email": "anna@north.example", "name": "Anna", "password": PASSWORD,
        "grants": [{"role": "circulation", "library_id": harbour}],
    }  # fmt: skip
    anna = admin.post("/api/v1/staff", json=body).json["id"]
    path = f"/api/v1/staff/{anna}/permissions"

    def asked(permission: str, library: str = "") -> dict[str, object]:
        query = {"library_id": library} if library else {}
        answer = admin.get(f"{path}/{permission}", query_string=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json
        return found

    yes, no = asked("loans.write", harbour), asked("loans.write", west)
    assert yes["allowed"] is True
    assert yes["sentence"] == "Anna may lend, renew and take back at Harbour."
    assert no["allowed"] is False
    assert "Circulation desk is held at Harbour only." in str(no["sources"])
    assert "does not hold" in str(asked("items.write", harbour)["sources"])
    assert asked("patrons.read", west)["allowed"] is True, "shared by all libraries"
    admin.patch(f"/api/v1/staff/{anna}", json={"grants": [{"role": "admin"}]})
    assert asked("staff.write")["allowed"] is True
    admin.patch(f"/api/v1/staff/{anna}", json={"active": False})
    assert "The account is closed." in str(asked("staff.write")["sentence"])


def test_a_role_that_takes_the_whole_organisation_says_so(north: House) -> None:
    admin, harbour = north.api("admin"), place(north, "harbour")
    body = {
        "email": "bo@north.example", "name": "Bo", "password": PASSWORD,
        "grants": [{"role": "librarian", "library_id": harbour}],
    }  # fmt: skip
    bo = admin.post("/api/v1/staff", json=body).json["id"]
    told = admin.get(f"/api/v1/staff/{bo}/permissions/imports.write").json
    assert "this takes a role for the whole organisation" in told["sources"][0]["why"]


def test_an_unknown_permission_or_library_is_refused(north: House) -> None:
    admin = north.api("admin")
    me = admin.get("/api/v1/me").json["id"]
    path = f"/api/v1/staff/{me}/permissions"
    assert admin.get(f"{path}/loans.fly").status_code == 404
    assert admin.get(f"{path}/loans.write?library_id={uuid4()}").status_code == 422


def test_effective_permissions_say_where_each_comes_from(north: House) -> None:
    admin, harbour = north.api("admin"), place(north, "harbour")
    body = {
        "email": "cy@north.example", "name": "Cy", "password": PASSWORD, "roles": ["cataloguer"],
        "grants": [{"role": "circulation", "library_id": harbour}],
    }  # fmt: skip
    cy = admin.post("/api/v1/staff", json=body).json["id"]
    found = {
        each["permission"]: each
        for each in admin.get(f"/api/v1/staff/{cy}/permissions").json["items"]
    }
    assert found["loans.write"]["libraries"] == ["Harbour"]
    assert found["items.write"]["libraries"] == []
    assert found["bibs.read"]["roles"] == ["Cataloguer", "Circulation desk"]
    assert "staff.write" not in found


def test_a_simulation_tells_what_would_change_and_changes_nothing(north: House) -> None:
    admin, harbour = north.api("admin"), place(north, "harbour")
    with north.work("admin"):
        librarian = str(north.account("librarian").id)
    body = {"roles": ["cataloguer"], "grants": [{"role": "circulation", "library_id": harbour}]}
    path = f"/api/v1/staff/{librarian}"
    told = admin.post(f"{path}/simulations", json=body).json
    assert "lend, renew and take back at Harbour" in told["gained"]
    assert "lend, renew and take back" in told["lost"]
    assert "add, change and delete copies" not in told["lost"]
    before = admin.get(path).json
    until = (clock.now() - timedelta(days=1)).isoformat()
    over = {"grants": [{"role": "admin", "until": until}]}
    assert admin.post(f"{path}/simulations", json=over).json["gained"] == []
    assert admin.get(path).json == before


grants = st.builds(
    in_force,
    st.sampled_from([*Role, "gone"]),
    st.sampled_from([None, *LIBRARIES]),
    st.none(),
)


@given(held=st.lists(grants, max_size=4).map(tuple))
def test_what_holds_at_every_library_or_anywhere_agrees(
    app: Stackroom, held: tuple[Grant, ...]
) -> None:
    for known, library in product(registry.permissions, LIBRARIES):
        anywhere = any(grant.confers(known) for grant in held)
        here = any(grant.confers(known, library) for grant in held)
        everywhere = any(grant.confers_everywhere(known) for grant in held)
        assert here <= anywhere
        assert everywhere <= here
        if known.reach is not Reach.BRANCH:
            assert here == anywhere == everywhere


def test_a_whole_permission_is_not_in_a_grant_at_a_library(app: Stackroom) -> None:
    every = [known.key for known in registry.permissions]
    narrow = granted("x", every, LIBRARIES[0], registry.permissions)
    assert {known.reach for known in registry.permissions if known.key in narrow.permissions} == {
        Reach.BRANCH,
        Reach.SHARED,
    }
