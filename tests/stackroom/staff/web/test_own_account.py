"""My account: rights in sentences, devices, password."""

import re

from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit

NEW = "other quiet words"


def change(visitor: Visitor, old: str = PASSWORD, new: str = NEW) -> int:
    form = {"old_password": old, "new_password": new}
    return visitor.post("/account/password", form).status_code


def signs_in(house: House, role: str, password: str) -> bool:
    form = {"email": house.email(role), "password": password}
    return visit(house).post("/sign-in", form).status_code == 303


def test_rights_are_told_in_sentences(north: House) -> None:
    page = visit(north, "auditor").get("/account").text
    assert "You may read who changed what, when and why." in page
    assert "add staff" not in page


def test_a_new_password_serves_and_the_old_one_does_not(north: House) -> None:
    assert change(visit(north, "librarian")) == 303
    assert signs_in(north, "librarian", NEW)
    assert not signs_in(north, "librarian", PASSWORD)


def test_a_new_password_signs_every_other_device_out(north: House) -> None:
    here, there = visit(north, "librarian"), visit(north, "librarian")
    api = north.api("librarian")
    change(here)
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert api.get("/api/v1/me").status_code == 401


def test_the_old_password_is_asked_and_guessing_it_locks(north: House) -> None:
    visitor = visit(north, "librarian")
    assert [change(visitor, old=f"guess number {n}") for n in range(5)] == [422] * 5
    assert change(visitor) == 429
    assert not signs_in(north, "librarian", NEW)


def test_a_weak_new_password_is_refused(north: House) -> None:
    visitor = visit(north, "librarian")
    for weak in ("short", "passwordpassword", PASSWORD, north.email("librarian")):
        assert change(visitor, new=weak) == 422, weak
    assert signs_in(north, "librarian", PASSWORD)


def test_another_device_is_signed_out_by_its_line(north: House) -> None:
    here, there = visit(north, "librarian"), visit(north, "librarian")
    paths = re.findall(r"/account/sessions/[0-9a-f-]+/close", here.get("/account").text)
    assert len(paths) == 1  # not the present one
    assert here.post(paths[0]).status_code == 303
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_all_other_devices_are_signed_out_together(north: House) -> None:
    here, others = visit(north, "patron"), [visit(north, "patron") for _ in range(2)]
    here.post("/account/sessions/close-others")
    assert [other.get("/account").status_code for other in others] == [303, 303]
    assert here.get("/account").status_code == 200


def test_a_colleagues_session_is_not_found(north: House) -> None:
    colleague, me = visit(north, "admin"), visit(north, "librarian")
    visit(north, "admin")  # the colleague's second device has a line of its own
    path = re.search(r"/account/sessions/[0-9a-f-]+/close", colleague.get("/account").text)
    assert path
    assert me.post(path[0]).status_code == 404
