"""Signing up over the API: who gets an address, and that a failure leaves nothing."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.staff import sign_up
from stackroom.testing.databases import TestDatabase
from stackroom.testing.house import PASSWORD, Answer, Api, House
from tenants import context
from tenants.models import Organisation
from tenants.orm import Base


def platform(app: Stackroom) -> Api:
    return Api(app.test_client(), app.settings.base_domain)


def body(slug: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Lake Library",
        "slug": slug,
        "admin_name": "Lea Lake",
        "admin_email": f"lea@{slug}.example",
        "password": PASSWORD,
        **changes,
    }


def post(app: Stackroom, slug: str, **changes: Any) -> Answer:
    return platform(app).post("/api/v1/organisations", json=body(slug, **changes))


def new_slug() -> str:
    return f"lake-{secrets.token_hex(4)}"


def rows_of_all_tables(database: TestDatabase) -> dict[str, int]:
    """Counted by the owner, who for this one transaction lifts the wall from its tables."""
    engine = sa.create_engine(database.owner_url)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            for table in Base.metadata.tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in Base.metadata.tables
        }
        connection.rollback()
    engine.dispose()
    return counts


def token_of(app: Stackroom, slug: str) -> str:
    with app.app_context(), transaction(), context.unscoped("find who signed up"):
        found = db.session.scalars(sa.select(Organisation).filter_by(slug=slug)).one()
        with context.acting_for(found.as_tenant()):
            secret = app.settings.secret_key.get_secret_value()
            return sign_up.verification_token(found.uuid, secret)


def verify(app: Stackroom, token: str) -> Answer:
    return platform(app).post("/api/v1/organisations/verifications", json={"token": token})


def test_an_organisation_signs_up_and_is_opened_by_its_link(app: Stackroom) -> None:
    slug = new_slug()
    made = post(app, slug)
    assert made.status_code == 201
    assert made.json["url"] == f"http://{slug}.stackroom.test"
    assert made.json["status"] == "provisioning"
    opened = verify(app, token_of(app, slug))
    assert opened.status_code == 200
    assert opened.json["status"] == "active"
    tokens = Api(app.test_client(), f"{slug}.stackroom.test").post(
        "/api/v1/auth/tokens", json={"email": f"lea@{slug}.example", "password": PASSWORD}
    )
    assert tokens.status_code == 200


def test_following_the_link_twice_changes_nothing(app: Stackroom) -> None:
    slug = new_slug()
    post(app, slug)
    token = token_of(app, slug)
    assert verify(app, token).json == verify(app, token).json


def test_nobody_is_served_before_the_link_is_followed(app: Stackroom) -> None:
    slug = new_slug()
    post(app, slug)
    closed = Api(app.test_client(), f"{slug}.stackroom.test").get("/api/v1/me")
    never = Api(app.test_client(), f"{new_slug()}.stackroom.test").get("/api/v1/me")
    assert closed.status_code == never.status_code == 404
    assert {**closed.json, "request_id": ""} == {**never.json, "request_id": ""}


def test_a_link_ends_after_two_days_and_its_address_is_free_again(app: Stackroom) -> None:
    slug = new_slug()
    post(app, slug)
    token = token_of(app, slug)
    with clock.held_at(clock.now() + timedelta(days=2, minutes=1)):
        late = verify(app, token)
        assert (late.status_code, late.json["code"]) == (422, "invalid_verification")
        assert post(app, slug).status_code == 201


def test_an_address_is_kept_while_its_link_serves(app: Stackroom) -> None:
    slug = new_slug()
    post(app, slug)
    with clock.held_at(clock.now() + timedelta(days=1, hours=23)):
        assert post(app, slug).json["code"] == "slug_taken"


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "WyJ4Il0.aaaaaa.bbbbbb"])
def test_an_invented_link_opens_nothing(app: Stackroom, token: str) -> None:
    assert verify(app, token).status_code == 422


@pytest.mark.parametrize(
    "slug", ["ab", "a" * 41, "Lake", "9lake", "lake-", "la--ke", "la.ke", "läke", "lake/..", "www"]
)
def test_a_slug_that_is_no_address_is_refused_with_the_rule(app: Stackroom, slug: str) -> None:
    answer = post(app, slug, admin_email="lea@lake.example")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["slug"]


@pytest.mark.parametrize("password", ["short", "passwordpassword", "Lake Library", "aaaaaaaaaaaa"])
def test_a_weak_password_is_refused_with_the_remedy(app: Stackroom, password: str) -> None:
    answer = post(app, new_slug(), password=password)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["password"]


def test_every_fault_is_told_at_once(app: Stackroom) -> None:
    answer = post(app, "Up", name="", admin_email="nobody", password="x", timezone="Moon/Base")
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"name", "slug", "admin_email", "password", "timezone"}


def test_a_name_of_two_lines_would_forge_mail_headers(app: Stackroom) -> None:
    answer = post(app, new_slug(), name="Lake\r\nBcc: everybody@example.org")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "name"


def test_two_who_want_one_address_at_once_one_gets_it(app: Stackroom) -> None:
    slug = new_slug()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: post(app, slug), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json["code"] == "slug_taken"


def test_a_refused_sign_up_leaves_nothing(
    app: Stackroom, north: House, database: TestDatabase
) -> None:
    before = rows_of_all_tables(database)
    assert post(app, north.tenant.slug).status_code == 409
    assert post(app, new_slug(), password="passwordpassword").status_code == 422
    assert rows_of_all_tables(database) == before


def test_a_sign_up_that_fails_at_its_last_write_leaves_nothing(
    app: Stackroom, database: TestDatabase, home: TestDatabase
) -> None:
    """The mail is the last thing that is written; here the database refuses it."""
    stores = (database, home)  # two, where organisations live in a silo
    before = [rows_of_all_tables(store) for store in stores]
    engine = sa.create_engine(home.owner_url)
    refuse, allow = REFUSE_MAIL[engine.dialect.name]
    run(engine, refuse)
    try:
        assert post(app, new_slug()).status_code >= 400
    finally:
        run(engine, allow)
        engine.dispose()
    assert [rows_of_all_tables(store) for store in stores] == before


REFUSE_MAIL = {
    "sqlite": (
        "CREATE TRIGGER no_mail BEFORE INSERT ON outbox_messages "
        "BEGIN SELECT RAISE(ABORT, 'no mail today'); END",
        "DROP TRIGGER no_mail",
    ),
    "postgresql": (
        "ALTER TABLE outbox_messages ADD CONSTRAINT no_mail CHECK (topic = '') NOT VALID",
        "ALTER TABLE outbox_messages DROP CONSTRAINT no_mail",
    ),
}


def run(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
