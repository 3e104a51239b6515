"""Many rows at once, each with its version, as if each had been typed in."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.audit import bulk
from stackroom.audit.versioning import version_of
from stackroom.core.actor import NoActor
from stackroom.core.database import serving
from stackroom.libraries.models import Library
from stackroom.testing.house import House
from tenants.errors import ForeignRow

NEW = [{"code": f"branch-{n}", "name": f"Branch {n}"} for n in range(30)]


def rows(session: Session) -> list[dict[str, object]]:
    columns = [attribute.class_attribute for attribute in sa.inspect(Library).column_attrs]
    found = session.execute(sa.select(*columns).where(Library.code.startswith("branch-")))
    return [dict(row) for row in found.mappings()]


def versions(house: House) -> list[tuple[int, str]]:
    """Operation (0 insert, 1 update) and name of each version, oldest first."""
    version = version_of(Library)
    with house.work() as session:
        found = session.execute(
            sa.select(version.operation_type, version.name)
            .where(version.code.startswith("branch-"))
            .order_by(version.transaction_id, version.name)
        )
        return [(operation, name) for operation, name in found]


def test_inserted_rows_have_defaults_and_versions(north: House) -> None:
    with north.work() as session:
        ids = bulk.insert(session, Library, NEW)
    with north.work() as session:
        written = rows(session)
    assert {row["id"] for row in written} == set(ids)
    assert {(row["timezone"], row["revision"]) for row in written} == {("UTC", 1)}
    assert sorted(versions(north)) == sorted((0, row["name"]) for row in NEW)


def test_updated_rows_move_on_and_leave_versions(north: House) -> None:
    with north.work() as session:
        bulk.insert(session, Library, NEW[:2])
    with north.work() as session:
        bulk.update(session, Library, [{**row, "name": "Renamed"} for row in rows(session)])
    with north.work() as session:
        assert {(row["name"], row["revision"]) for row in rows(session)} == {("Renamed", 2)}
    assert versions(north)[2:] == [(1, "Renamed"), (1, "Renamed")]


def test_made_and_changed_in_one_transaction_is_made(north: House) -> None:
    with north.work() as session:
        bulk.insert(session, Library, NEW[:1])
        bulk.update(session, Library, [{**row, "name": "Final"} for row in rows(session)])
    assert versions(north) == [(0, "Final")]


def test_a_row_changed_by_somebody_else_stops_all(north: House) -> None:
    with north.work() as session:
        bulk.insert(session, Library, NEW[:2])
        read = rows(session)
    with north.work() as session:
        session.scalars(sa.select(Library).where(Library.id == read[1]["id"])).one().name = "Theirs"
    with pytest.raises(bulk.StaleRows), north.work() as session:
        bulk.update(session, Library, [{**row, "name": "Mine"} for row in read])
    with north.work() as session:
        assert sorted(str(row["name"]) for row in rows(session)) == ["Branch 0", "Theirs"]


def test_a_row_of_another_organisation_is_refused(north: House, harbour: House) -> None:
    foreign = {**NEW[0], "tenant_id": harbour.tenant.id}
    with pytest.raises(ForeignRow), north.work() as session:
        bulk.insert(session, Library, [foreign])


def test_an_id_of_another_organisation_is_not_reached(north: House, harbour: House) -> None:
    with harbour.work() as session:
        bulk.insert(session, Library, NEW[:1])
        (theirs,) = rows(session)
    mine = {**theirs, "tenant_id": north.tenant.id, "name": "Mine"}
    with pytest.raises(bulk.StaleRows), north.work() as session:
        bulk.update(session, Library, [mine])
    with harbour.work() as session:
        assert rows(session) == [theirs]


def test_a_write_in_nobodys_name_is_refused(north: House) -> None:
    with pytest.raises(NoActor), north.app.app_context(), serving(north.tenant) as session:
        bulk.insert(session, Library, NEW)


def test_a_rolled_back_savepoint_leaves_no_version(north: House) -> None:
    with north.work() as session:
        savepoint = session.begin_nested()
        bulk.insert(session, Library, NEW[:1])
        savepoint.rollback()
        bulk.insert(session, Library, NEW[1:2])
    assert versions(north) == [(0, "Branch 1")]


def test_an_id_may_be_chosen(north: House) -> None:
    chosen = uuid7()
    with north.work() as session:
        assert bulk.insert(session, Library, [{**NEW[0], "id": chosen}]) == [chosen]


def test_nothing_to_write_is_no_error(north: House) -> None:
    with north.work() as session:
        assert bulk.insert(session, Library, []) == bulk.update(session, Library, []) == []
