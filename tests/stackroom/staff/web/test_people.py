"""Staff by page: the list, and somebody new."""

import re
from typing import Any

import sqlalchemy as sa

from stackroom.testing.house import House
from stackroom.testing.visitor import Visitor, visit

NEW = {"name": "Nia New", "email": "nia@north.example", "password": "some calm words"}


def test_an_admin_adds_somebody_who_can_sign_in(north: House) -> None:
    admin = visit(north, "admin")
    admin.get("/staff/new")
    answer = admin.post("/staff/new", {**NEW, "role": ["librarian", "auditor"]})
    assert (answer.status_code, answer.location) == (303, "/staff")
    assert "Nia New can sign in now, as Auditor, Librarian." in admin.get("/staff").text
    signed_in = visit(north).post("/sign-in", {"email": NEW["email"], "password": NEW["password"]})
    assert signed_in.location == "/start"


def test_a_refused_form_keeps_what_was_typed_and_adds_nobody(north: House) -> None:
    admin = visit(north, "admin")
    answer = admin.post("/staff/new", {**NEW, "role": [""]})
    assert answer.status_code == 422
    assert 'value="Nia New"' in answer.text
    assert re.search(r'id="field-roles-error">[^<]+<', answer.text)
    assert "Nia New" not in admin.get("/staff").text


def test_an_address_that_is_taken_is_told_beside_the_field(north: House) -> None:
    taken = {**NEW, "email": north.email("librarian"), "role": ["librarian"]}
    answer = visit(north, "admin").post("/staff/new", taken)
    assert answer.status_code == 409
    assert re.search(r'id="field-email-error">Somebody in this organisation', answer.text)


def test_the_same_address_may_work_for_two_organisations(north: House, harbour: House) -> None:
    for house in (north, harbour):
        answer = visit(house, "admin").post("/staff/new", {**NEW, "role": ["librarian"]})
        assert answer.status_code == 303


def test_an_auditor_reads_the_staff_and_cannot_change_it(north: House) -> None:
    auditor = visit(north, "auditor")
    page = auditor.get("/staff")
    assert page.status_code == 200
    assert "/staff/new" not in page.text
    assert auditor.get("/staff/new").status_code == 403


def test_the_list_asks_for_no_more_statements_as_it_grows(north: House) -> None:
    admin = visit(north, "admin")
    few = statements_of(admin, "/staff")
    for number in range(5):
        colleague = {**NEW, "email": f"n{number}@north.example", "role": ["librarian"]}
        assert admin.post("/staff/new", colleague).status_code == 303
    assert statements_of(admin, "/staff") == few


def statements_of(visitor: Visitor, path: str) -> int:
    """What a page asks of the database, but for the host's organisation, which is remembered."""
    told: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM organisations" not in statement:
            told.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        assert visitor.get(path).status_code == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    return sum(statement.startswith("SELECT") for statement in told)
