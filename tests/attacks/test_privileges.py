"""Somebody who may do nearly everything reaches for the rest: by giving it to themselves or to
others, by the role that they hold, by members that a form does not show, by the admin's account,
and by being two at the same moment. Every route that writes, drawn from the app."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core.database import db
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.lifecycle.bundle.permissions import ORGANISATION_EXPORT
from stackroom.staff.models import Account, CustomRole, RoleGrant
from stackroom.staff.roles.shipped import Role
from stackroom.staff.service import create_account
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import Answer, Api, House, open_house
from stackroom.testing.isolation.asking import Asker, Values, address, drawn, filled, own_values
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import Snapshot, snapshot
from stackroom.testing.isolation.ways import Way

BEYOND = ORGANISATION_EXPORT.key
"""The one permission that the climber does not hold; of what ships, the admin alone has it."""
REACHING: dict[str, Any] = {
    "role": Role.ADMIN,
    "roles": [Role.ADMIN],
    "grants": [{"role": Role.ADMIN}],
    "permission": BEYOND,
    "permissions": [BEYOND],
    "scopes": [BEYOND],
    "default_roles": [Role.ADMIN],
    "based_on": Role.ADMIN,
    "active": True,
    "is_admin": True,
}
"""By the names of members: what one would say there to have more."""
TRAIL = {
    "audit_entries", "audit_transactions", "audit_unsealed", "idempotency_keys", "outbox_messages",
    "webhook_queue",
}  # fmt: skip
TELLS_OF_ROLES = {
    "access_review_lines", "access_review_lines_version", "access_reviews",
    "access_reviews_version", "required_factors", "required_factors_version",
}  # fmt: skip
"""Name roles that others hold, or what these demand; they give none."""
CLIMBER = "climber"


@dataclass(slots=True)
class Climb:
    house: House
    plan: list[tuple[Way, Values]]
    ids: dict[str, str]
    """Of the accounts, by name."""

    def token(self) -> str:
        """Anew each time: they may sign out, and close their own account."""
        with self.house.work("admin"):
            account = self.house.account(CLIMBER)
            account.active = True
            if not account.grants:
                account.grants = [RoleGrant(role=CLIMBER)]
        return self.house.token(CLIMBER)


@pytest.fixture(scope="module")
def climb(app: Stackroom) -> Climb:
    house = open_house(app, "north")
    furnish_every_table(house)
    with house.work("admin"):
        rest = [known.key for known in registry.permissions if known.key != BEYOND]
        db.session.add(CustomRole(key=CLIMBER, name=CLIMBER, sentence="-", permissions=rest))
        account = Account(email=house.email(CLIMBER), name="Climber", password_hash="!")
        account.grants = [RoleGrant(role=CLIMBER)]
        db.session.add(account)
    plan = [
        (way, own_values(house, way))
        for way in drawn(house)
        if way.writes and way.access.permission and way.access.permission.key != BEYOND
    ]
    ids = {name: house.api(name).get("/api/v1/me").json["id"] for name in ("admin", CLIMBER)}
    with house.work("admin"):
        role = db.session.scalars(sa.select(CustomRole).filter_by(key=CLIMBER)).one()
        ids["role"] = str(role.id)
    return Climb(house, plan, ids)


def told_beyond(rows: Snapshot) -> set[str]:
    """Every row, wherever it stands, that gives the missing permission or a role with it."""
    return {
        f"{table}: {row}"
        for table, found in rows.items()
        if table not in TRAIL | TELLS_OF_ROLES
        for row in found
        if f"'{BEYOND}'" in str(row) or f"'{Role.ADMIN.value}'" in str(row)
    }


def targets(climb: Climb, values: Values) -> Iterator[Values]:
    """Somebody's account, one's own, and the role that one holds."""
    yield values
    if ("path", "account_id") in values:
        yield values | {("path", "account_id"): climb.ids[CLIMBER]}
    if ("path", "role_id") in values:
        yield values | {("path", "role_id"): climb.ids["role"]}


def reach(climb: Climb, way: Way, values: Values) -> Answer:
    """JSON with what it names, a form with members that no page shows as well."""
    asker = Asker(climb.house)
    if way.content_type == "application/json":
        known = {field.path[0] for field in way.fields if field.place == "json"}
        body = filled(way, values) | {n: v for n, v in REACHING.items() if n in known}
        api = Api(climb.house.app.test_client(), climb.house.tenant.host, climb.token())
        return api.request(way.method, address(way, values), json=body)
    members = {("form", n): v[0] if isinstance(v, list) else v for n, v in REACHING.items()}
    texts = {key: str(text) for key, text in members.items() if not isinstance(text, dict)}
    given = values | texts | asker.revision(way, values)
    return asker.ask(way, given, token=climb.token())


def test_no_route_gives_what_one_does_not_hold(climb: Climb, matrix: Recording) -> None:
    before, refused = told_beyond(snapshot(climb.house)), 0
    with matrix("attack", at_least=50) as found:
        for way, values in climb.plan:
            for aimed in targets(climb, values):
                answer = reach(climb, way, aimed)
                refused += "grant_beyond_own" in answer.text or "do not hold" in answer.text
                gained = told_beyond(snapshot(climb.house)) - before
                before |= gained
                heard = answer.status_code != 401
                leak = f"{answer.status_code}: {sorted(gained)[:1]}" * (bool(gained) or not heard)
                found.note(way.rule.rule, way.method, "reaching for more than one holds", leak)
    assert refused >= 3, "nothing was refused for what it would give: were the members right?"


def test_no_route_touches_the_admin(climb: Climb, matrix: Recording) -> None:
    """Whoever may more than oneself is left alone: not renamed, not closed, not signed out, not
    given another password or fewer roles."""
    admin = climb.ids["admin"]
    before = naming(admin, snapshot(climb.house))
    with matrix("attack", at_least=3) as found:
        for way, values in climb.plan:
            if ("path", "account_id") in values:
                aimed = values | {("path", "account_id"): admin}
                answer = Asker(climb.house).ask(way, aimed, token=climb.token())
                differ = sorted(naming(admin, snapshot(climb.house)) ^ before)
                heard = answer.status_code != 401
                leak = f"{answer.status_code}: {differ[:1]}" * (bool(differ) or not heard)
                found.note(way.rule.rule, way.method, "aimed at the admin", leak)


def naming(account_id: str, rows: Snapshot) -> set[str]:
    return {
        f"{table}: {row}"
        for table, found in rows.items()
        if table not in TRAIL | TELLS_OF_ROLES
        for row in found
        if account_id in str(row)
    }


CLOSING: dict[str, Callable[[Api, str], Answer]] = {
    "close": lambda api, other: api.delete(f"/api/v1/staff/{other}"),
    "demote": lambda api, other: api.patch(f"/api/v1/staff/{other}", json={"roles": ["librarian"]}),
    "for a while": lambda api, other: api.patch(
        f"/api/v1/staff/{other}",
        json={"grants": [{"role": "admin", "until": "2099-01-01T00:00:00Z"}]},
    ),
}


@pytest.mark.parametrize("first", CLOSING)
@pytest.mark.parametrize("second", CLOSING)
def test_of_two_admins_who_remove_each_other_one_stays(
    north: House, first: str, second: str
) -> None:
    """At the same moment, on real connections: each sees the other still there."""
    with north.work("admin"):
        create_account(email=north.email("dag"), name="Dag", roles=["admin"], password_hash="!")
    apis = {name: north.api(name) for name in ("admin", "dag")}
    ids = {name: api.get("/api/v1/me").json["id"] for name, api in apis.items()}
    together = Barrier(2)

    def remove(name: str, act: str, other: str) -> int:
        together.wait()
        return CLOSING[act](apis[name], ids[other]).status_code

    with ThreadPoolExecutor(2) as pool:
        acts = [("admin", first, "dag"), ("dag", second, "admin")]
        statuses = list(pool.map(lambda act: remove(*act), acts))
    assert sorted(status < 300 for status in statuses) == [False, True], statuses
    with north.work("admin") as session:
        left = session.scalars(
            sa.select(Account.email)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(RoleGrant.role == Role.ADMIN, RoleGrant.until.is_(None), Account.active)
        ).all()
    assert len(left) == 1


def test_one_who_removes_themselves_twice_at_once_stays_the_last_admin(north: House) -> None:
    admin = north.api("admin")
    me = admin.get("/api/v1/me").json["id"]
    together = Barrier(2)

    def leave(_: int) -> int:
        together.wait()
        return north.api("admin").patch(f"/api/v1/staff/{me}", json={"roles": []}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(leave, range(2))) == {409}
    assert admin.get("/api/v1/me").json["roles"] == ["admin"]
