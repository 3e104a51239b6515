"""Every route says who may, and the shipped roles hold together."""

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from stackroom.core.features import registry
from stackroom.core.http import SAFE, Stackroom, UndeclaredRoute
from stackroom.core.permissions import access_of
from stackroom.operators.permissions import ENROL, OPERATE
from stackroom.operators.support.permissions import SUPPORT_INSIDE
from stackroom.staff.roles.shipped import Role

OWN_ACCOUNT = {"me.read"}
"""Signing out and the like: a person's own affairs, which every role may do."""


OPERATORS_OWN = {ENROL, OPERATE, SUPPORT_INSIDE}
"""Held by an operator's session and by no role, so that no organisation can give them away."""


def rules(app: Stackroom) -> Iterator[Rule]:
    return app.url_map.iter_rules()


def test_every_route_declares_its_access(app: Stackroom) -> None:
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        assert access is not None, rule
        assert access.permission or len(access.why) > 5, f"{rule} is public without a reason"


def test_an_undeclared_route_stops_the_start(app: Stackroom) -> None:
    app.view_functions["forgotten"] = lambda: ""
    try:
        with pytest.raises(UndeclaredRoute, match="forgotten"):
            app.refuse_undeclared_routes()
    finally:
        del app.view_functions["forgotten"]


def test_permissions_are_declared_once_and_held_by_known_roles() -> None:
    keys = [known.key for known in registry.permissions]
    assert len(keys) == len(set(keys))
    for known in registry.permissions:
        assert known.roles <= set(Role)
        assert Role.ADMIN in known.roles or Role.PATRON in known.roles or known in OPERATORS_OWN
        assert len(known.sentence) > 8


def test_every_route_asks_for_a_known_permission(app: Stackroom) -> None:
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        if access and access.permission:
            assert access.permission in registry.permissions, rule


def test_the_auditor_can_change_nothing(app: Stackroom) -> None:
    for rule in rules(app):
        access = access_of(app.view_functions[rule.endpoint])
        if not access or not access.permission or not (rule.methods or set()) - SAFE:
            continue
        own_papers = access.permission.key.startswith("audit.") and access.permission.is_own
        if access.permission.key not in OWN_ACCOUNT and not own_papers:
            assert Role.AUDITOR not in access.permission.roles, rule
