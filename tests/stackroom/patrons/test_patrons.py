"""Registering patrons and keeping their records, through the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from stackroom.audit.models import AuditEntry
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.libraries.models import Library
from stackroom.patrons.models import Patron
from stackroom.patrons.queries import sort_name
from stackroom.testing.house import PASSWORD, House

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def register(house: House, **fields: Any) -> dict[str, Any]:
    body = {"name": "Ben Vogel", "category": "adult", **fields}
    answer = house.api("librarian").post("/api/v1/patrons", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()
    return made


def names(house: House, query: str) -> list[str]:
    answer = house.api("librarian").get(f"/api/v1/patrons?{query}")
    assert answer.status_code == 200, answer.text
    return [patron["name"] for patron in answer.get_json()["items"]]


def test_a_patron_needs_only_a_name_and_a_category(north: House) -> None:
    made = register(north)
    assert made["barcode"].startswith("P")
    assert made["home_library"] == "main"
    assert made["status"] == "active"
    assert made["expires_on"] is None
    kept = north.api("auditor").get(f"/api/v1/patrons/{made['id']}").get_json()
    assert kept == made


def test_every_organisation_begins_with_categories(north: House) -> None:
    for category in ("adult", "child", "student", "staff", "institution"):
        assert register(north, category=category)["category"] == category


def test_a_card_number_serves_one_patron(north: House, harbour: House) -> None:
    register(north, barcode="C1")
    body = {"name": "Eva Roth", "category": "adult", "barcode": "C1"}
    taken = north.api("librarian").post("/api/v1/patrons", json=body)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "barcode_taken")
    assert names(north, "") == ["Ben Vogel"]
    register(harbour, barcode="C1")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"category": "martian"}, "category"),
        ({"home_library": "atlantis"}, "home_library"),
        ({"email": "not an address"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Ben\x00"}, "name"),
        ({"barcode": "C 1"}, "barcode"),
        ({"barcode": ""}, "barcode"),
        ({"expires_on": "31.12.2026"}, "expires_on"),
        ({"card": "C1"}, "card"),
    ],
)
def test_a_wrong_field_is_named(north: House, fields: dict[str, Any], field: str) -> None:
    body = {"name": "Ben Vogel", "category": "adult", **fields}
    answer = north.api("librarian").post("/api/v1/patrons", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert names(north, "") == []


def test_an_unknown_category_is_answered_with_the_known(north: House) -> None:
    body = {"name": "Ben Vogel", "category": "martian"}
    answer = north.api("librarian").post("/api/v1/patrons", json=body)
    assert "adult" in answer.get_json()["detail"]


def test_names_are_found_whatever_their_accents_and_order(north: House) -> None:
    register(north, name="Søren Åkesson")
    register(north, name="Zoë Müller")
    assert names(north, "q=muller") == ["Zoë Müller"]
    assert names(north, "q=MÜLLER zoe") == ["Zoë Müller"]
    assert names(north, "q=akes") == ["Søren Åkesson"]
    assert names(north, "q=muller akesson") == []


def test_patrons_are_found_by_card_and_mail(north: House) -> None:
    register(north, name="Ben Vogel", barcode="C100", email="ben@example.org")
    register(north, name="Eva Roth", barcode="C200")
    assert names(north, "q=C10") == ["Ben Vogel"]
    assert names(north, "q=BEN@example") == ["Ben Vogel"]
    assert names(north, "barcode=C200") == ["Eva Roth"]
    assert names(north, "barcode=C20") == []


@pytest.mark.parametrize("wildcard", ["%25", "_", "%27 OR 1=1 --"])
def test_what_is_typed_is_never_a_pattern(north: House, wildcard: str) -> None:
    register(north)
    assert names(north, f"q={wildcard}") == []


def test_patrons_are_listed_by_last_name(north: House) -> None:
    for name in ("Ada Zorn", "Zoe Abel", "Åse Berg"):
        register(north, name=name)
    assert names(north, "") == ["Zoe Abel", "Åse Berg", "Ada Zorn"]


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_every_name_can_be_sorted(name: str) -> None:
    assert 0 < len(sort_name(name)) <= 200


def test_filters_know_the_standing_that_records_show(north: House) -> None:
    """The list's SQL and the record's Python agree on each of the four."""
    register(north, name="Active", expires_on="2026-03-28")
    register(north, name="Expired", expires_on="2026-03-27")
    both = register(north, name="Blocked", expires_on="2026-03-27")
    gone = register(north, name="Deleted")
    api = north.api("librarian")
    api.post(f"/api/v1/patrons/{both['id']}/blocks", json={"reason": "lost card"})
    api.delete(f"/api/v1/patrons/{gone['id']}")
    with clock.held_at(NOON):
        for status in ("active", "expired", "blocked", "deleted"):
            listed = api.get(f"/api/v1/patrons?status={status}").get_json()["items"]
            assert [(p["name"], p["status"]) for p in listed] == [(status.capitalize(), status)]


def test_a_category_filters(north: House) -> None:
    register(north, name="Ben Vogel")
    register(north, name="Tim Kind", category="child")
    assert names(north, "category=child") == ["Tim Kind"]


def test_a_change_keeps_what_it_does_not_name(north: House) -> None:
    made = register(north, email="ben@example.org", expires_on="2027-01-01")
    api = north.api("librarian")
    changed = api.patch(
        f"/api/v1/patrons/{made['id']}", json={"name": "Ben Adler", "category": "student"}
    ).get_json()
    assert changed == made | {"name": "Ben Adler", "category": "student"}
    assert names(north, "q=adler") == ["Ben Adler"]


def test_a_card_can_be_made_to_serve_without_end(north: House) -> None:
    made = register(north, expires_on="2027-01-01")
    path = f"/api/v1/patrons/{made['id']}"
    assert north.api("librarian").patch(path, json={"expires_on": None}).get_json() == (
        made | {"expires_on": None}
    )


def test_a_patron_moves_to_another_branch(north: House) -> None:
    with north.work("admin") as session:
        session.add(Library(code="harbour", name="Harbour"))
    made = register(north)
    path = f"/api/v1/patrons/{made['id']}"
    moved = north.api("librarian").patch(path, json={"home_library": "harbour"}).get_json()
    assert moved["home_library"] == "harbour"


def test_what_must_be_there_cannot_be_emptied(north: House) -> None:
    made = register(north)
    answer = north.api("librarian").patch(f"/api/v1/patrons/{made['id']}", json={"name": None})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "name"


def test_a_change_to_anothers_card_number_is_refused(north: House) -> None:
    register(north, barcode="C1")
    made = register(north, barcode="C2")
    answer = north.api("librarian").patch(f"/api/v1/patrons/{made['id']}", json={"barcode": "C1"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "barcode_taken")


def test_a_change_holds_to_the_revision_that_was_read(north: House) -> None:
    made = register(north)
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    etag = api.get(path).headers["ETag"]
    first = api.patch(path, json={"phone": "1"}, headers={"If-Match": etag})
    second = api.patch(path, json={"phone": "2"}, headers={"If-Match": etag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"] != etag


def test_a_deleted_patron_is_kept_unchanged(north: House) -> None:
    made = register(north)
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    assert api.delete(path).status_code == 204
    for answer in (
        api.patch(path, json={"phone": "1"}),
        api.post(f"{path}/blocks", json={"reason": "lost card"}),
        api.delete(path),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "patron_deleted")


def test_a_block_is_added_and_lifted_and_stays_on_record(north: House) -> None:
    made = register(north)
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    block = api.post(f"{path}/blocks", json={"reason": "lost card"}).get_json()
    assert block["stops"] == ["borrow", "renew", "hold"]
    assert api.get(path).get_json()["status"] == "blocked"
    assert api.delete(f"{path}/blocks/{block['id']}").status_code == 204
    record = api.get(path).get_json()
    assert record["status"] == "active"
    assert record["blocks"][0]["lifted_at"]
    again = api.delete(f"{path}/blocks/{block['id']}")
    assert (again.status_code, again.get_json()["code"]) == (409, "block_lifted")


def test_a_block_of_somebody_else_is_not_found(north: House) -> None:
    ben, eva = register(north), register(north, name="Eva Roth")
    api = north.api("librarian")
    block = api.post(f"/api/v1/patrons/{ben['id']}/blocks", json={"reason": "x"}).get_json()
    assert api.delete(f"/api/v1/patrons/{eva['id']}/blocks/{block['id']}").status_code == 404


def test_a_block_ends_after_its_last_day(north: House) -> None:
    made = register(north)
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    api.post(f"{path}/blocks", json={"reason": "x", "expires_on": "2026-03-28"})
    for day, standing in ((date(2026, 3, 28), "blocked"), (date(2026, 3, 29), "active")):
        with north.work() as session:
            patron = session.scalars(sa.select(Patron)).one()
            assert patron.standing(day) == standing


def test_a_patron_signs_in_with_the_password_they_were_given(north: House) -> None:
    made = register(north, email="ben@example.org")
    path = f"/api/v1/patrons/{made['id']}"
    given_one = north.api("librarian").post(f"{path}/sign-in", json={"password": PASSWORD})
    assert given_one.status_code == 201, given_one.text
    assert given_one.get_json()["can_sign_in"] is True
    reader = north.anonymous()
    reader.token = reader.post(
        "/api/v1/auth/tokens", json={"email": "ben@example.org", "password": PASSWORD}
    ).get_json()["access_token"]
    me = reader.get("/api/v1/me").get_json()
    assert me["roles"] == ["patron"]
    assert "loans.read_own" in me["permissions"]
    assert reader.get("/api/v1/patrons").status_code == 403
    assert north.api("librarian").delete(path).status_code == 204
    assert reader.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [("", PASSWORD, "email"), ("ben@example.org", "short", "password")],
)
def test_a_sign_in_needs_an_address_and_a_password(
    north: House, email: str, password: str, field: str
) -> None:
    made = register(north, email=email)
    path = f"/api/v1/patrons/{made['id']}/sign-in"
    answer = north.api("librarian").post(path, json={"password": password})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == field


def test_a_second_sign_in_is_refused(north: House) -> None:
    made = register(north, email="ben@example.org")
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}/sign-in"
    api.post(path, json={"password": PASSWORD})
    again = api.post(path, json={"password": PASSWORD})
    assert (again.status_code, again.get_json()["code"]) == (409, "can_sign_in")


def test_what_is_done_to_a_record_and_who_looked_is_told(north: House) -> None:
    made = register(north)
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    api.get(path)
    api.patch(path, json={"phone": "1"})
    api.delete(path)
    with north.work("auditor") as session:
        told = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_type == "patron", AuditEntry.data.is_not(None))
            .order_by(AuditEntry.transaction_id)
        ).all()
    assert told == ["patron.created", "patron.viewed", "patron.changed", "patron.deleted"]


def test_a_change_names_the_fields_that_differ(north: House) -> None:
    made = register(north, phone="1")
    api, path = north.api("librarian"), f"/api/v1/patrons/{made['id']}"
    api.patch(path, json={"name": made["name"], "phone": "2", "category": "student"})
    api.patch(path, json={"phone": "2"})
    with north.work("auditor") as session:
        changed = sa.select(AuditEntry.data).where(AuditEntry.action == "patron.changed")
        assert session.scalars(changed).all() == [{"fields": "category, phone"}]


def test_auditors_read_and_do_not_write(north: House) -> None:
    made = register(north)
    api, path = north.api("auditor"), f"/api/v1/patrons/{made['id']}"
    assert api.get("/api/v1/patrons").get_json()["total"] == 1
    assert api.patch(path, json={"phone": "1"}).get_json()["permission"] == "patrons.write"
    assert api.delete(path).status_code == 403


def test_another_organisations_patron_answers_as_nobody(north: House, harbour: House) -> None:
    made = register(north, barcode="C1")
    api = harbour.api("librarian")
    for method in ("GET", "PATCH", "DELETE"):
        foreign, absent = (
            api.request(
                method,
                f"/api/v1/patrons/{patron_id}",
                json={} if method == "PATCH" else None,
                headers={"X-Request-Id": "wall"},
            )
            for patron_id in (made["id"], uuid4())
        )
        assert foreign.status_code == absent.status_code == 404
        assert foreign.data == absent.data
    assert names(harbour, "barcode=C1") == names(harbour, "q=vogel") == []


def test_a_list_costs_the_same_for_many(north: House) -> None:
    api = north.api("librarian")
    counts = []
    for _ in range(2):
        register(north)
        with asking_for_patrons(north) as seen:
            api.get("/api/v1/patrons")
        counts.append(len(seen))
    assert counts == [3, 3]


@contextmanager
def asking_for_patrons(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM patrons" in statement or "FROM patron_blocks" in statement:
            seen.append(statement)

    with house.app.app_context():
        engines = list(db.engines.values())  # a silo's too
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
