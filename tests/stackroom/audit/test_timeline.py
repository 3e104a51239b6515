"""The timeline over the API: what an entry tells, which entries are found, who may read them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.catalogue.models import Bib, ItemType
from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Actor, ActorType, Channel, Provenance, acting_as
from stackroom.core.database import serving
from stackroom.libraries.models import Library, ServicePoint
from stackroom.testing.house import PASSWORD, House

Entries = Callable[..., list[dict[str, Any]]]
Counting = Callable[[], AbstractContextManager[list[str]]]
URL = "/api/v1/audit/entries"


def change(house: House, model: type[Any], row_id: UUID, **fields: Any) -> None:
    with house.work() as session:
        found = session.scalars(sa.select(model).where(model.id == row_id)).one()
        for name, value in fields.items():
            setattr(found, name, value)


def told(entry: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {it["field"]: (it["before"], it["after"]) for it in entry["changes"]}


class TestWhatAnEntryTells:
    def test_a_change_shows_each_field_before_and_after(
        self, north: House, kind: UUID, entries: Entries
    ) -> None:
        change(north, ItemType, kind, name="Chart")
        newest, oldest = entries(subject_id=kind)
        assert newest["action"] == "item_type.updated"
        told_as = "changed the name of the item type “Chart” from “Map” to “Chart”"
        assert newest["sentence"] == told_as
        assert told(newest) == {"name": ("Map", "Chart")}
        assert oldest["action"] == "item_type.created"
        assert told(oldest) == {"code": (None, "x-map"), "name": (None, "Map")}

    def test_it_says_who_when_and_from_where(self, north: House, entries: Entries) -> None:
        who = Actor(ActorType.PERSON, uuid7(), "Anna Berg")
        present = Provenance(
            who,
            Channel.IMPORT,
            "r-1",
            "192.0.2.7",
            "curl/8",
            reason="asked for",
            on_behalf_of="Eve",
            roles=("librarian",),
            by_right="bibs.write",
        )
        made, at = uuid7(), datetime(2026, 3, 29, 0, 30, 0, 125_000, tzinfo=UTC)
        with (
            north.app.app_context(),
            acting_as(present),
            clock.held_at(at),
            serving(north.tenant) as session,
        ):
            session.add(ItemType(id=made, code="x-map", name="Map"))
        (entry,) = entries(subject_id=made)
        assert entry["actor"] == {"type": "person", "id": str(who.id), "label": "Anna Berg"}
        assert entry["roles"] == ["librarian"]
        assert entry["by_right"] == "bibs.write"
        assert entry["subject"] == {"type": "item_type", "id": str(made), "label": "Map"}
        assert entry["at"] == "2026-03-29T00:30:00.125000Z"
        assert entry["channel"] == "import"
        assert (entry["request_id"], entry["ip"], entry["user_agent"]) == (
            "r-1", "192.0.2.7", "curl/8",
        )  # fmt: skip
        assert (entry["reason"], entry["on_behalf_of"]) == ("asked for", "Eve")

    def test_a_deletion_shows_what_was_lost(
        self, north: House, kind: UUID, entries: Entries
    ) -> None:
        with north.work() as session:
            session.delete(session.scalars(sa.select(ItemType).where(ItemType.id == kind)).one())
        newest = entries(subject_id=kind)[0]
        assert newest["action"] == "item_type.deleted"
        assert newest["subject"]["label"] == "Map"
        assert told(newest) == {"code": ("x-map", None), "name": ("Map", None)}

    def test_an_event_is_told_in_a_sentence_with_its_request(
        self, north: House, entries: Entries
    ) -> None:
        north.anonymous().post(
            "/api/v1/auth/tokens",
            json={"email": north.email("librarian"), "password": PASSWORD},
            headers={"X-Request-Id": "desk-42"},
        )
        entry = entries(action="auth.signed_in")[0]
        assert "signed in" in entry["sentence"]
        assert entry["request_id"] == "desk-42"
        assert entry["ip"] == "127.0.0.1"
        assert entry["changes"] == []
        assert entry["data"] is not None

    def test_ids_are_told_by_the_label_of_their_record(
        self, north: House, entries: Entries
    ) -> None:
        old, new, desk = uuid7(), uuid7(), uuid7()
        with north.work() as session:
            session.add_all(
                [Library(id=old, code="o", name="Old"), Library(id=new, code="n", name="New")]
            )
            session.flush()  # the desk refers to them by id alone
            session.add(ServicePoint(id=desk, name="Desk", library_id=old))
        change(north, ServicePoint, desk, library_id=new)
        (moved,) = entries(subject_id=desk, action="service_point.updated")[0]["changes"]
        assert (moved["before"], moved["after"]) == (str(old), str(new))
        assert (moved["before_label"], moved["after_label"]) == ("Old", "New")

    def test_a_secret_column_leaves_a_trace_but_never_its_value(
        self, north: House, entries: Entries
    ) -> None:
        with north.work("admin"):
            account = north.account("admin")
            account_id, account.password_hash = account.id, "$argon2id$secret"
        (entry,) = entries(subject_id=account_id, action="account.updated")
        assert entry["changes"] == []
        assert "argon2" not in str(entries(subject_id=account_id))

    def test_marc_is_told_by_tag_and_subfield(self, north: House, entries: Entries) -> None:
        title = {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "Emma /"}, {"c": "Austen"}]}}
        topics, record = [_topic("Love"), _topic("England"), _topic("Love")], uuid7()
        with north.work() as session:
            session.add(Bib(id=record, title="Emma", sort_title="emma", marc=_marc(title, *topics)))
        edited = {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "Emma."}]}}
        moved = _marc(edited, topics[1], topics[0], {"500": topics[0]["650"]})
        change(north, Bib, record, marc=moved)
        newest = entries(subject_id=record)[0]
        assert [(it["field"], it["before"], it["after"]) for it in newest["changes"]] == [
            ("marc 245", "10 $a Emma / $c Austen", "10 $a Emma."),
            ("marc 650", "#0 $a Love", None),
            ("marc 500", None, "#0 $a Love"),
        ]


def _marc(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"leader": "00000nam a2200000 a 4500", "fields": [{"001": "7"}, *fields]}


def _topic(word: str) -> dict[str, Any]:
    return {"650": {"ind1": " ", "ind2": "0", "subfields": [{"a": word}]}}


class TestFilters:
    @pytest.fixture
    def names(self, north: House) -> Callable[..., list[str]]:
        """Which of three records are found; each was made by somebody else, on another day."""
        days = {"Zürich Éditions": 1, "100 % _real_": 2, "Plain": 3}
        makers = (
            Actor(ActorType.PERSON, None, "Zoë Ångström"),
            SYSTEM,
            Actor(ActorType.PERSON, None, "Bob Berg"),
        )
        for maker, (name, day) in zip(makers, days.items(), strict=True):
            at = datetime(2026, 3, day, 12, tzinfo=UTC)
            with (
                north.app.app_context(),
                acting_as(Provenance(maker, Channel.CLI)),
                clock.held_at(at),
                serving(north.tenant) as session,
            ):
                session.add(ItemType(code=name[:3], name=name))
        auditor = north.api("auditor")

        def found(**filters: Any) -> list[str]:
            query = {"channel": "cli", **filters}
            items = auditor.get(URL, query_string=query).get_json()["items"]
            return [item["subject"]["label"] for item in items]

        return found

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, ["Plain", "100 % _real_", "Zürich Éditions"]),
            ({"q": "zurich"}, ["Zürich Éditions"]),
            ({"q": "EDITIONS zürich"}, ["Zürich Éditions"]),
            ({"q": "%"}, ["100 % _real_"]),
            ({"q": "_real_"}, ["100 % _real_"]),
            ({"q": "' OR 1=1 --"}, []),
            ({"actor": "angstrom"}, ["Zürich Éditions"]),
            ({"actor": "Berg Bob"}, ["Plain"]),
            ({"actor": "0190f5a0-7f3e-7cc4-8a5e-9b1d2c3e4f50"}, []),
            ({"action": "item_type.created", "q": "plain"}, ["Plain"]),
            ({"action": "item_type.deleted"}, []),
            ({"subject_type": "account"}, []),
            ({"since": "2026-03-02"}, ["Plain", "100 % _real_"]),
            ({"until": "2026-03-02"}, ["100 % _real_", "Zürich Éditions"]),
            ({"since": "2026-03-02", "until": "2026-03-02"}, ["100 % _real_"]),
            ({"since": "2026-03-03T12:00:00Z"}, ["Plain"]),
            ({"until": "2026-03-01T12:00:00Z"}, []),
            ({"until": "2026-03-01T13:00:01"}, ["Zürich Éditions"]),  # Europe/Zurich is UTC+1
            ({"channel": "job"}, []),
        ],
    )
    def test_each_narrows_to_what_it_says(
        self, names: Callable[..., list[str]], filters: dict[str, str], expected: list[str]
    ) -> None:
        assert names(**filters) == expected

    def test_an_actor_is_found_by_id(self, north: House, kind: UUID, entries: Entries) -> None:
        actor = entries(subject_id=kind)[0]["actor"]["id"]
        assert {entry["actor"]["id"] for entry in entries(actor=actor)} == {actor}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("since", "yesterday"),
            ("since", "0001-01-01T00:00:00+14:00"),
            ("until", "9999-12-31"),
            ("subject_id", "17"),
            ("q", "a\0b"),
            ("q", "x" * 201),
            ("channel", "carrier pigeon"),
            ("page", "0"),
            ("per_page", "1000000000"),
            ("sort", "-at"),
        ],
    )
    def test_a_bad_one_is_named(self, north: House, name: str, value: str) -> None:
        answer = north.api("auditor").get(URL, query_string={name: value})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.get_json()["errors"]] == [name]


class TestPages:
    def test_pages_hold_every_entry_once_newest_first(self, north: House) -> None:
        with north.work() as session:
            session.add_all([ItemType(code=str(n), name=f"Kind {n}") for n in range(7)])
        auditor = north.api("auditor")
        query = {"subject_type": "item_type", "per_page": 3}
        whole = auditor.get(URL, query_string={**query, "per_page": 100}).get_json()
        pages = [
            auditor.get(URL, query_string={**query, "page": page}).get_json()
            for page in range(1, -(-whole["total"] // 3) + 1)
        ]
        ids = [item["id"] for page in pages for item in page["items"]]
        assert ids == [item["id"] for item in whole["items"]]
        assert len(set(ids)) == whole["total"] == pages[0]["total"]
        at = [item["at"] for item in whole["items"]]
        assert at == sorted(at, reverse=True)

    def test_links_lead_to_the_other_pages(self, north: House, kind: UUID) -> None:
        answer = north.api("auditor").get(URL, query_string={"per_page": 1, "page": 2})
        assert 'rel="next"' in answer.headers["Link"]
        assert "per_page=1" in answer.headers["Link"]

    def test_a_longer_page_costs_no_more_statements(
        self, north: House, statements: Counting
    ) -> None:
        with north.work() as session:
            session.add_all([ItemType(code=str(n), name=f"Kind {n}") for n in range(50)])
        auditor = north.api("auditor")
        counts = []
        auditor.get(URL)  # from here on the host is known
        for per_page in (2, 50):
            with statements() as seen:
                auditor.get(URL, query_string={"action": "item_type.created", "per_page": per_page})
            counts.append(len(seen))
        assert counts[0] == counts[1]


class TestOneEntry:
    def test_it_answers_at_its_id(self, north: House, kind: UUID, entries: Entries) -> None:
        (listed,) = entries(subject_id=kind)
        assert north.api("auditor").get(f"{URL}/{listed['id']}").get_json() == listed

    @pytest.mark.parametrize(
        "unknown", ["1-1", "x", "-1-0", "99999999999999999999-0", "9223372036854775807-999999999"]
    )
    def test_an_unknown_one_is_not_found(self, north: House, unknown: str) -> None:
        assert north.api("auditor").get(f"{URL}/{unknown}").status_code == 404


class TestWhoMayRead:
    @pytest.mark.parametrize(
        ("role", "status"), [("admin", 200), ("auditor", 200), ("librarian", 403), ("patron", 403)]
    )
    def test_admins_and_auditors(self, north: House, role: str, status: int) -> None:
        assert north.api(role).get(URL).status_code == status

    def test_another_organisation_sees_nothing_of_it(
        self, north: House, harbour: House, kind: UUID, entries: Entries
    ) -> None:
        (mine,) = entries(subject_id=kind)
        theirs = harbour.api("auditor")
        listed = theirs.get(URL, query_string={"subject_id": kind}).get_json()
        assert (listed["items"], listed["total"]) == ([], 0)
        foreign, nothing = theirs.get(f"{URL}/{mine['id']}"), theirs.get(f"{URL}/1-1")
        assert foreign.status_code == nothing.status_code == 404
        assert foreign.get_json() | {"request_id": ""} == nothing.get_json() | {"request_id": ""}
