"""An erased patron is nowhere: in no table, no history, no file, under no name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.circulation.models import Loan
from stackroom.core.database import db
from stackroom.lifecycle.bundle.models import Export
from stackroom.staff import service as staff
from stackroom.staff.models import Account
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import House
from stackroom.testing.reader import Reader

Entries = Callable[..., list[dict[str, Any]]]


def is_held(word: str, home: TestDatabase) -> bool:
    """Whether the database holds these bytes: in its file on SQLite, in any row of any table on
    PostgreSQL."""
    engine = sa.create_engine(home.owner_url)
    with engine.connect() as connection:
        held = _file(connection) if engine.dialect.name == "sqlite" else _rows(connection)
    engine.dispose()
    return word.encode() in held


def _file(connection: sa.Connection) -> bytes:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(connection.engine.url.database))
    log = path.with_name(f"{path.name}-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


def _rows(connection: sa.Connection) -> bytes:
    held = b""
    for name in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
        asked = f'SELECT string_agg(t::text, chr(10)) FROM "{name}" t'
        held += str(connection.exec_driver_sql(asked).scalar()).encode()
    connection.rollback()
    return held


def test_before_the_erasing_she_is_found(reader: Reader, home: TestDatabase) -> None:
    """Else the test below would prove nothing."""
    assert is_held(reader.token, home)


def test_nothing_in_the_database_gives_her_back(signed_in_once: Reader, home: TestDatabase) -> None:
    signed_in_once.house.deliver()
    assert signed_in_once.erase().status_code == 200
    assert not is_held(signed_in_once.token, home)


def test_history_and_trail_never_held_her_in_plain_words(
    signed_in_once: Reader, told: Entries
) -> None:
    said = str(told())
    assert signed_in_once.pseudonym() in said
    assert signed_in_once.token not in said


def test_she_cannot_sign_in_and_the_record_tells_of_nobody(reader: Reader) -> None:
    assert reader.erase().status_code == 200
    kept = reader.house.api("librarian").get(reader.path).json
    assert (kept["name"], kept["email"], kept["note"]) == ("Erased patron", "", "")
    assert kept["status"] == "deleted"
    assert kept["barcode"] != reader.card
    refused = reader.house.anonymous().post(
        "/api/v1/auth/tokens", json={"email": reader.email, "password": "some calm words"}
    )
    assert refused.status_code == 401


def test_her_loans_keep_what_statistics_need(reader: Reader) -> None:
    assert reader.erase().json["loans"] == 1
    with reader.house.work() as session:
        loan = session.scalars(sa.select(Loan)).one()
        assert (loan.patron_id, loan.policy["patron_category"]) == (None, "adult")


def test_what_staff_did_stays_readable(reader: Reader, told: Entries) -> None:
    pseudonym = reader.pseudonym()
    reader.erase()
    (lent,) = told(action="loan.checked_out")
    assert lent["actor"]["label"].startswith("Librarian of ")
    assert f"to {pseudonym}" in lent["sentence"]
    (erased,) = told(action="patron.erased")
    assert erased["sentence"] == (
        f"erased {pseudonym} for good, with 1 returned loans made anonymous: Request 2026-114"
    )
    assert erased["reason"] == "Request 2026-114"
    assert told(q=pseudonym)[-1]["action"] == "patron.created"


def test_a_dry_run_says_what_goes_and_changes_nothing(reader: Reader, told: Entries) -> None:
    planned = reader.erase(dry_run=True)
    assert planned.status_code == 200
    assert planned.json["dry_run"] is True
    assert planned.json["pseudonym"] == reader.pseudonym()
    assert any("sign-in" in what for what in planned.json["goes"])
    assert (planned.json["hinders"], planned.json["loans"]) == ([], 1)
    assert told(action="patron.erased") == []
    assert reader.house.api("librarian").get(reader.path).json["name"] == reader.name


def test_open_loans_hinder(reader: Reader) -> None:
    reader.house.api("librarian").delete(f"{reader.path}/blocks/{block_of(reader)}")
    assert reader.desk.lend(patron=reader.card).status_code == 201
    assert reader.erase(dry_run=True).json["hinders"] == [
        "1 items are on loan; check them in first."
    ]
    refused = reader.erase()
    assert (refused.status_code, refused.json["code"]) == (409, "patron_not_erasable")
    assert refused.json["hinders"] == ["1 items are on loan; check them in first."]
    assert reader.house.api("librarian").get(reader.path).json["name"] == reader.name


def block_of(reader: Reader) -> str:
    found: str = reader.house.api("librarian").get(reader.path).json["blocks"][0]["id"]
    return found


def test_a_sign_in_that_was_given_a_role_of_staff_hinders_and_acts_by_name(
    reader: Reader, told: Entries
) -> None:
    with reader.house.work("admin"):
        account = db.session.scalars(sa.select(Account).where(Account.email == reader.email)).one()
        staff.change(account, roles=["patron", "circulation"])
    assert told(action="role.granted")[0]["subject"]["label"] == reader.name
    assert "take the role away first" in reader.erase().json["detail"]


def test_a_second_time_there_is_nothing_left(reader: Reader) -> None:
    reader.erase()
    again = reader.erase()
    assert (again.status_code, again.json["code"]) == (410, "patron_erased")


@pytest.mark.parametrize("role", ["librarian", "auditor", "patron"])
def test_only_an_admin_erases(reader: Reader, role: str) -> None:
    refused = reader.erase(role)
    assert (refused.status_code, refused.json["code"]) == (403, "permission_denied")


def test_another_organisation_finds_nobody(reader: Reader, harbour: House) -> None:
    body = {"reason": "Request"}
    assert harbour.api("admin").post(f"{reader.path}/erase", json=body).status_code == 404
    assert reader.house.api("librarian").get(reader.path).json["name"] == reader.name


def test_a_reason_is_needed(reader: Reader) -> None:
    refused = reader.erase(reason="")
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "reason")


def test_exports_that_hold_a_copy_go_with_their_files(reader: Reader) -> None:
    admin = reader.house.api("admin")
    export = admin.post("/api/v1/exports").json["id"]
    underway = reader.erase(dry_run=True).json["hinders"]
    assert underway == ["An export of the organisation is being made; wait until it is there."]
    reader.house.deliver()
    assert "1 finished exports" in str(reader.erase(dry_run=True).json["goes"])
    assert reader.erase().status_code == 200
    assert admin.get(f"/api/v1/exports/{export}").json["status"] == "expired"
    with reader.house.work():
        assert db.session.scalars(sa.select(Export.file_key)).all() == [""]
