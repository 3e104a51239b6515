"""What is asked for beside a route's own permission."""

from uuid import uuid4

import pytest

from stackroom.core.errors import PermissionDenied
from stackroom.core.permissions import Grant, Principal, demand, permission

LEND = permission("loans.write", "lend", "lender")
OVERRIDE = permission("loans.override", "lend against a rule", "head of desk")
LENDER = Principal(
    uuid4(), "lena@example.org", "Lena", (Grant("lender", frozenset({LEND.key})),), uuid4(), "api"
)


def test_what_is_held_is_let_through() -> None:
    demand(LEND, LENDER)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(PermissionDenied, match="to lend against a rule") as denied:
        demand(OVERRIDE, LENDER)
    assert denied.value.extra["permission"] == "loans.override"
