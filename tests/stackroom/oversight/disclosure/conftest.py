"""A reader with everything about her that the house may keep, and what is left of it."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from stackroom.testing.desk import Desk
from stackroom.testing.house import House
from stackroom.testing.reader import Reader


@pytest.fixture
def reader(north: House) -> Reader:
    """She has borrowed and brought back, is blocked, and can sign in."""
    desk, api = Desk(north), north.api("librarian")
    desk.item()
    found = Reader(desk, secrets.token_hex(5))
    body = {
        "name": found.name, "category": "adult", "barcode": found.card, "email": found.email,
        "phone": f"77 {found.token}", "note": f"prefers atlases {found.token}",
    }  # fmt: skip
    made = api.post("/api/v1/patrons", json=body, headers={"Idempotency-Key": "register"})
    found.id = made.json["id"]
    assert desk.lend(patron=found.card).status_code == 201
    desk.take_back()
    assert api.post(f"{found.path}/blocks", json={"reason": found.block}).status_code == 201
    password = {"password": "some calm words"}
    assert api.post(f"{found.path}/sign-in", json=password).status_code == 201
    return found


@pytest.fixture
def signed_in_once(reader: Reader) -> Reader:
    """In her own name: a wrong password, a right one, a forgotten one."""
    house = reader.house
    for password in ("not the one", "some calm words"):
        body = {"email": reader.email, "password": password}
        house.anonymous().post("/api/v1/auth/tokens", json=body)
    house.anonymous().post("/api/v1/auth/password-resets", json={"email": reader.email})
    return reader


Entries = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def told(north: House) -> Entries:
    def read(**filters: Any) -> list[dict[str, Any]]:
        query = {"per_page": 100, **filters}
        answer = north.api("auditor").get("/api/v1/audit/entries", query_string=query)
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    return read
