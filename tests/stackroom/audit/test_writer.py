"""What a transaction leaves in history, and what leaves nothing."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.audit import bulk
from stackroom.audit.events import EVENTS, EventType, declare, record
from stackroom.audit.gathering import TooLate
from stackroom.audit.pseudonyms import label_of
from stackroom.audit.versioning import versioned_models
from stackroom.catalogue.models import ItemType
from stackroom.core.actor import SYSTEM, Channel, NoActor, Provenance, acting_as
from stackroom.core.database import serving, transaction
from stackroom.core.errors import Conflict
from stackroom.testing.house import House
from tenants.errors import BulkWriteRefused, CoreStatementRefused, NoTenant
from tenants.orm import Base

Entries = Callable[..., list[dict[str, Any]]]
TABLE = Base.metadata.tables["item_types"]


def actions(entries: Entries, subject: UUID) -> list[str]:
    return [entry["action"].split(".")[1] for entry in reversed(entries(subject_id=subject))]


def item_type(session: Session, wanted: UUID) -> ItemType:
    return session.scalars(sa.select(ItemType).where(ItemType.id == wanted)).one()


class TestWhatIsKept:
    def test_many_flushes_of_one_transaction_are_one_change(
        self, north: House, kind: UUID, entries: Entries
    ) -> None:
        with north.work() as session:
            row = item_type(session, kind)
            for name in ("B", "C", "D"):
                row.name = name
                session.flush()  # each is an UPDATE of its own
        newest = entries(subject_id=kind)[0]
        assert [(it["before"], it["after"]) for it in newest["changes"]] == [("Map", "D")]
        assert actions(entries, kind) == ["created", "updated"]

    def test_made_and_changed_at_once_is_made(self, north: House, entries: Entries) -> None:
        made = uuid7()
        with north.work() as session:
            row = ItemType(id=made, code="new", name="A")
            session.add(row)
            session.flush()  # so that the next line is an UPDATE
            row.name = "B"
        (entry,) = entries(subject_id=made)
        assert entry["action"] == "item_type.created"
        assert entry["subject"]["label"] == "B"

    def test_bulk_writes_stand_beside_the_others(self, north: House, entries: Entries) -> None:
        with north.work() as session:
            rows = [{"code": f"b{n}", "name": f"Bulk {n}"} for n in range(3)]
            made = bulk.insert(session, ItemType, rows)
        assert [entries(subject_id=row)[0]["subject"]["label"] for row in made] == [
            "Bulk 0", "Bulk 1", "Bulk 2",
        ]  # fmt: skip

    def test_a_transaction_stands_in_the_order_in_which_it_happened(
        self, north: House, entries: Entries, kind: UUID
    ) -> None:
        with north.work() as session:
            row = item_type(session, kind)
            row.name = "Chart"
            record(EVENTS["organisation.changed"], label="North", fields="name")
        newest, older = entries(per_page=2)
        assert (newest["action"], older["action"]) == ("organisation.changed", "item_type.updated")
        assert newest["at"] == older["at"]


class TestWhatLeavesNothing:
    def test_a_change_that_was_taken_back(self, north: House, kind: UUID, entries: Entries) -> None:
        with north.work() as session:
            row = item_type(session, kind)
            row.name = "Chart"
            session.flush()  # the database has seen it
            row.name = "Map"
        assert actions(entries, kind) == ["created"]

    def test_setting_the_same_value(self, north: House, kind: UUID, entries: Entries) -> None:
        with north.work() as session:
            item_type(session, kind).name = "Map"
        assert actions(entries, kind) == ["created"]

    def test_a_row_made_and_deleted_at_once(self, north: House, entries: Entries) -> None:
        made = uuid7()
        with north.work() as session:
            row = ItemType(id=made, code="new", name="New")
            session.add(row)
            session.flush()  # it was there
            session.delete(row)
        assert entries(subject_id=made) == []

    def test_a_savepoint_that_was_rolled_back(
        self, north: House, kind: UUID, entries: Entries
    ) -> None:
        inner, outer = uuid7(), uuid7()
        with north.work() as session:
            session.add(ItemType(id=outer, code="outer", name="Outer"))
            with suppress(Conflict), session.begin_nested():
                session.add(ItemType(id=inner, code="inner", name="Inner"))
                item_type(session, kind).name = "Chart"
                record(EVENTS["organisation.changed"], label="North", fields="inner")
                session.flush()  # written before it is taken back
                raise Conflict
        assert entries(subject_id=inner) == []
        assert actions(entries, kind) == ["created"]
        assert entries(action="organisation.changed") == []
        assert actions(entries, outer) == ["created"]

    def test_a_savepoint_that_was_kept_is_kept(
        self, north: House, kind: UUID, entries: Entries
    ) -> None:
        with north.work() as session:
            with session.begin_nested():
                item_type(session, kind).name = "Chart"
            with suppress(Conflict), session.begin_nested():
                item_type(session, kind).name = "Plan"
                session.flush()  # written before it is taken back
                raise Conflict
        assert entries(subject_id=kind)[0]["subject"]["label"] == "Chart"

    def test_a_refused_request(self, north: House, entries: Entries) -> None:
        before = len(entries())
        with suppress(Conflict), north.work() as session:
            session.add(ItemType(code="never", name="Never"))
            record(EVENTS["organisation.changed"], label="North", fields="name")
            session.flush()  # written before it is refused
            raise Conflict
        assert len(entries()) == before

    def test_reading(self, north: House, kind: UUID, entries: Entries) -> None:
        before = len(entries())
        with north.work() as session:
            assert item_type(session, kind).name == "Map"
        assert len(entries()) == before


class TestWhatIsRefused:
    def test_a_write_in_nobodys_name(self, north: House) -> None:
        with pytest.raises(NoActor), north.app.app_context(), serving(north.tenant) as session:
            session.add(ItemType(code="x", name="X"))

    def test_an_event_in_nobodys_name(self, north: House) -> None:
        with pytest.raises(NoActor), north.app.app_context(), serving(north.tenant):
            record(EVENTS["auth.signed_in"], label="Eve")

    def test_a_write_for_no_organisation(self, north: House) -> None:
        system = acting_as(Provenance(SYSTEM, Channel.JOB))
        with pytest.raises(NoTenant), north.app.app_context(), system, transaction() as session:
            session.add(ItemType(code="x", name="X"))

    def test_an_event_for_no_organisation(self, north: House) -> None:
        system = acting_as(Provenance(SYSTEM, Channel.JOB))
        with pytest.raises(NoTenant), north.app.app_context(), system, transaction():
            record(EVENTS["auth.signed_in"], label="Eve")

    @pytest.mark.parametrize(
        "statement",
        [
            sa.update(ItemType).values(name="X"),
            sa.delete(ItemType),
            sa.insert(ItemType).values(code="x", name="X"),
        ],
    )
    def test_bulk_writes_that_would_leave_no_version(
        self, north: House, statement: sa.UpdateBase
    ) -> None:
        with pytest.raises(BulkWriteRefused), north.work() as session:
            session.execute(statement)

    @pytest.mark.parametrize(
        "statement",
        [sa.update(TABLE).values(name="X"), sa.text("DELETE FROM item_types")],
    )
    def test_core_and_text_that_would_leave_no_version(
        self, north: House, statement: sa.Executable
    ) -> None:
        with pytest.raises(CoreStatementRefused), north.work() as session:
            session.execute(statement)

    def test_a_change_that_comes_after_history_was_written(self, north: House, kind: UUID) -> None:
        with pytest.raises(TooLate), north.work() as session:
            sa.event.listen(session, "before_commit", lambda late: _rename(late, kind))

    def test_an_event_that_lacks_what_its_sentence_tells(self, north: House) -> None:
        with pytest.raises(ValueError, match="needs fields"), north.work():
            record(EVENTS["organisation.changed"], label="North")

    def test_an_event_that_is_declared_twice(self) -> None:
        with pytest.raises(ValueError, match="declared twice"):
            declare("auth.signed_in", "account", "again")


def _rename(session: Session, wanted: UUID) -> None:
    item_type(session, wanted).name = "Late"


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON)


class TestTheRegistries:
    @pytest.mark.parametrize("model", versioned_models(), ids=lambda model: model.__name__)
    def test_every_label_is_made_of_the_rows_own_columns(self, model: type[Any]) -> None:
        """A row written in bulk is no object, and a deleted one has no relations."""
        values = {
            column.name: defaultdict(lambda: "word") if _is_json(column) else "word"
            for column in model.__table__.columns
        }
        label = label_of(model, values)
        assert "word" in label or label == model.__called__

    @pytest.mark.parametrize("model", versioned_models(), ids=lambda model: model.__name__)
    def test_every_column_is_called_like_its_attribute(self, model: type[Any]) -> None:
        """The writer names columns, and labels name attributes."""
        for attribute in sa.inspect(model).column_attrs:
            assert attribute.key == attribute.columns[0].name

    @pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.action)
    def test_every_event_has_an_action_of_two_words_and_a_sentence(self, event: EventType) -> None:
        assert event.action.count(".") == 1
        assert len(event.action) <= 60
        assert len(event.subject_type) <= 40
        assert event.tell("the subject", dict.fromkeys(event.fields, "something"))

    def test_a_sentence_survives_data_of_an_older_release(self) -> None:
        event = EventType("a.b", "a", "gave {subject} the {thing}")
        assert event.tell("Ann", {}) == "gave Ann the ?"
