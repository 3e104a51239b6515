"""What a plan limits, in each place where something is added."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.catalogue.models import Item
from stackroom.core.errors import Invalid
from stackroom.core.http import Stackroom
from stackroom.plans import headroom, service
from stackroom.plans.errors import PlanLimitReached
from stackroom.plans.models import Headroom
from stackroom.plans.registry import PLANS, Measure
from stackroom.testing.furnish import add_bib
from stackroom.testing.house import Answer, Api, House, open_house
from stackroom.testing.visitor import visit
from tenants.models import Organisation


def bib_of(house: House) -> UUID:
    with house.work() as session:
        bib = add_bib()
        session.flush()
        return bib.id


def add_copy(api: Api, bib: UUID, barcode: str) -> Answer:
    return api.post("/api/v1/items", json={"bib_id": str(bib), "barcode": barcode})


def new_person(email: str, role: str = "librarian") -> dict[str, Any]:
    return {"email": email, "name": "Eva Holm", "roles": [role], "password": "a few quiet words"}


def change_plan(house: House, plan: str) -> None:
    with house.work("admin"):
        service.change_plan(plan, "as asked for")


def count_items(house: House) -> int:
    with house.work() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Item)) or 0


def test_a_copy_over_the_limit_is_refused_with_its_reason(tiny: House) -> None:
    api, bib = tiny.api("librarian"), bib_of(tiny)
    assert [add_copy(api, bib, f"B-{n}").status_code for n in range(3)] == [201] * 3
    refused = add_copy(api, bib, "B-3")
    assert refused.status_code == 409
    document = refused.json
    assert document["code"] == "plan_limit_reached"
    assert (document["limit"], document["plan"]) == ("items", "tiny")
    assert (document["used"], document["allowed"]) == (3, 3)
    assert document["detail"] == (
        "The plan “Tiny” allows 3 copies, 3 copies are there, and this would add 1 copy. "
        "Delete copies that are gone, or ask for a larger plan."
    )
    assert count_items(tiny) == 3


def test_a_deleted_copy_makes_room(tiny: House) -> None:
    api, bib = tiny.api("librarian"), bib_of(tiny)
    ids = [add_copy(api, bib, f"B-{n}").json["id"] for n in range(3)]
    assert add_copy(api, bib, "B-3").status_code == 409
    assert api.delete(f"/api/v1/items/{ids[0]}").status_code == 204
    assert add_copy(api, bib, "B-3").status_code == 201
    assert add_copy(api, bib, "B-4").status_code == 409


def test_a_copy_that_is_refused_for_another_reason_takes_no_room(tiny: House) -> None:
    api, bib = tiny.api("librarian"), bib_of(tiny)
    assert add_copy(api, bib, "B-0").status_code == 201
    for _ in range(5):
        assert add_copy(api, bib, "B-0").status_code == 409
    assert [add_copy(api, bib, f"B-{n}").status_code for n in (1, 2)] == [201, 201]


def test_one_organisations_copies_are_not_counted_for_another(app: Stackroom, tiny: House) -> None:
    other = open_house(app, "other", plan="tiny")
    for house in (tiny, other):
        api, bib = house.api("librarian"), bib_of(house)
        assert [add_copy(api, bib, f"B-{n}").status_code for n in range(4)] == [201] * 3 + [409]


def test_staff_are_limited_and_patrons_are_not(tiny: House) -> None:
    admin = tiny.api("admin")
    assert admin.post("/api/v1/staff", json=new_person("a@x.example")).status_code == 201
    refused = admin.post("/api/v1/staff", json=new_person("b@x.example"))
    assert (refused.status_code, refused.json["limit"]) == (409, "staff")
    librarian = tiny.api("librarian")
    patron = librarian.post(
        "/api/v1/patrons",
        json={"name": "Pia", "category": "adult", "barcode": "P-1", "email": "p@x.example"},
    )
    given = librarian.post(
        f"/api/v1/patrons/{patron.json['id']}/sign-in", json={"password": "a few quiet words"}
    )
    assert given.status_code < 300, given.text


def test_reopening_an_account_or_making_a_patron_staff_counts(tiny: House) -> None:
    admin = tiny.api("admin")
    eva = admin.post("/api/v1/staff", json=new_person("a@x.example")).json["id"]
    assert admin.delete(f"/api/v1/staff/{eva}").status_code == 204
    assert admin.post("/api/v1/staff", json=new_person("b@x.example")).status_code == 201
    reopened = admin.patch(f"/api/v1/staff/{eva}", json={"active": True})
    assert (reopened.status_code, reopened.json["code"]) == (409, "plan_limit_reached")
    renamed = admin.patch(f"/api/v1/staff/{eva}", json={"name": "Eva H."})
    assert renamed.status_code == 200, "what adds nobody is always allowed"


def test_somebody_who_is_staff_already_may_get_another_role_at_the_limit(tiny: House) -> None:
    admin = tiny.api("admin")
    eva = admin.post("/api/v1/staff", json=new_person("a@x.example")).json["id"]
    changed = admin.patch(f"/api/v1/staff/{eva}", json={"roles": ["auditor", "librarian"]})
    assert changed.status_code == 200


def test_a_file_over_the_limit_is_refused_and_not_kept(tiny: House, app: Stackroom) -> None:
    api = tiny.api("librarian")
    file = BytesIO(b"title,author\n" + b"x" * 5_000)
    refused = api.post("/api/v1/imports", data={"file": (file, "titles.csv")})
    assert (refused.status_code, refused.json["limit"]) == (409, "storage")
    assert "this would add 4.9 KiB of storage" in refused.json["detail"]
    kept = app.settings.data_dir / "files" / "t" / str(tiny.tenant.uuid)
    assert not [path for path in kept.rglob("*") if path.is_file()]
    assert api.get("/api/v1/imports").json["total"] == 0


def test_a_change_of_plan_counts_at_once_and_stands_in_the_history(tiny: House) -> None:
    api, bib = tiny.api("librarian"), bib_of(tiny)
    for number in range(3):
        add_copy(api, bib, f"B-{number}")
    assert add_copy(api, bib, "B-3").status_code == 409
    change_plan(tiny, "roomy")
    assert [add_copy(api, bib, f"B-{n}").status_code for n in range(3, 7)] == [201] * 3 + [409]
    with tiny.work("admin") as session:
        told = session.scalars(
            sa.select(AuditEntry.data).where(AuditEntry.action == "plan.changed")
        ).one()
    assert told == {"before": "Tiny", "after": "Roomy", "why": "as asked for"}


def test_a_smaller_plan_takes_nothing_away_and_adds_nothing(tiny: House) -> None:
    change_plan(tiny, "roomy")
    api, bib = tiny.api("librarian"), bib_of(tiny)
    ids = [add_copy(api, bib, f"B-{n}").json["id"] for n in range(5)]
    change_plan(tiny, "tiny")
    with tiny.work("admin"):
        assert service.too_much() == [
            "5 copies are there, and the plan allows 3 copies: nothing can be added until it fits."
        ]
    assert count_items(tiny) == 5
    refused = add_copy(api, bib, "B-5")
    assert (refused.json["used"], refused.json["allowed"]) == (5, 3)
    for gone in ids[:3]:
        api.delete(f"/api/v1/items/{gone}")
    assert add_copy(api, bib, "B-5").status_code == 201


def test_the_same_plan_again_is_no_event(tiny: House) -> None:
    change_plan(tiny, "tiny")
    with tiny.work("admin") as session:
        found = session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.action == "plan.changed")
        ).all()
    assert not found


@pytest.mark.parametrize(("plan", "reason"), [("gold", "why not"), ("roomy", " ")])
def test_an_unknown_plan_and_a_missing_reason_are_refused(
    tiny: House, plan: str, reason: str
) -> None:
    with tiny.work("admin") as session:
        with pytest.raises(Invalid):
            service.change_plan(plan, reason)
        assert session.scalars(sa.select(Organisation.plan).filter_by(id=tiny.tenant.id)).one()


def test_without_a_limit_nothing_is_counted(north: House) -> None:
    with north.work() as session:
        headroom.require(Measure.ITEMS, adding=10**9)
        assert headroom.room(Measure.ITEMS, wanted=10**9) is None
        assert session.scalar(sa.select(sa.func.count()).select_from(Headroom)) == 0


def test_what_adds_nothing_is_never_refused(tiny: House) -> None:
    with tiny.work():
        headroom.require(Measure.ITEMS, adding=3)
        headroom.require(Measure.ITEMS, adding=0)
        with pytest.raises(PlanLimitReached):
            headroom.require(Measure.ITEMS, adding=4)


def test_every_limit_has_a_meter_and_every_meter_a_limit() -> None:
    from stackroom.app import FEATURES

    metered = {meter.measure for feature in FEATURES for meter in feature.meters}
    assert metered == set(Measure)


def test_every_plan_gives_at_least_what_the_smaller_one_does() -> None:
    free, standard, consortium = (PLANS[key] for key in ("free", "standard", "consortium"))
    for smaller, larger in ((free, standard), (standard, consortium)):
        for measure in Measure:
            less, more = smaller.allows(measure), larger.allows(measure)
            assert more is None or (less is not None and less < more)


def typed(email: str) -> dict[str, Any]:
    return new_person(email) | {"role": ["librarian"]}


def test_the_page_says_it_beside_what_was_typed(tiny: House) -> None:
    admin = visit(tiny, "admin")
    assert admin.post("/staff/new", typed("a@x.example")).status_code == 303
    again = admin.post("/staff/new", typed("b@x.example"))
    assert again.status_code == 409
    assert "The plan “Tiny” allows 4 staff accounts, 4 staff accounts are there" in again.text
    assert 'value="b@x.example"' in again.text
