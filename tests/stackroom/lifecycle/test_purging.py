"""A purge takes everything of one organisation and nothing of any other, and can prove it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from config import Settings
from stackroom.audit.events import record
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.core.features import Feature, registry
from stackroom.core.http import Stackroom
from stackroom.core.signing import Signer
from stackroom.files.adapters import files
from stackroom.files.store import new_key
from stackroom.jobs import celery as jobs
from stackroom.jobs.envelope import HEADER, seal
from stackroom.lifecycle import certificates, notices, purging, stores
from stackroom.lifecycle.errors import NotErased, NotInThisState, NotYet, PurgeHindered
from stackroom.lifecycle.models import Purge
from stackroom.lifecycle.stores import Store
from stackroom.notifications.mail import FolderMailer
from stackroom.staff import sign_up
from stackroom.staff.errors import SlugTaken
from stackroom.staff.events import SIGNED_OUT
from stackroom.staff.models import SignInFailure
from stackroom.testing.databases import TestDatabase
from stackroom.testing.ending import act_as_system, close, end_days, go_on, purge, standing
from stackroom.testing.furnish import furnish
from stackroom.testing.house import House
from tenants import context
from tenants import purging as kernel
from tenants.context import Tenant
from tenants.errors import NotPurged, OrganisationUnavailable
from tenants.lifecycle import Status
from tenants.orm import Base, scoped_tables
from tenants.wall import KERNEL


@pytest.fixture
def furnished(north: House, harbour: House) -> None:
    for house in (north, harbour):
        furnish(house)
        keep_file(house)


def keep_file(house: House) -> None:
    with house.app.app_context(), context.acting_for(house.tenant):
        files(house.app.settings).save(new_key("exports"), BytesIO(b"a file of its own"))


def dump(database: TestDatabase, tenant: Tenant) -> dict[str, list[Any]]:
    """Every row of an organisation in every table of the catalogue, seen as the owner."""
    engine = sa.create_engine(database.owner_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            chosen = sa.text("SELECT set_config('app.tenant', :tenant, false)")
            connection.execute(chosen, {"tenant": str(tenant.id)})
        found = {}
        for name in kernel.tables(connection):
            asked = sa.text(f"SELECT * FROM {name} WHERE tenant_id = :tenant")
            if name == "bib_search" and connection.dialect.name == "sqlite":
                asked = sa.text("SELECT bib_id, title FROM bib_search WHERE tenant_id = :tenant")
            rows = connection.execute(asked, {"tenant": tenant.id}).all()
            found[name] = sorted(map(repr, rows))
    return found


def mails(settings: Settings, **wanted: str) -> list[EmailMessage]:
    box = FolderMailer(settings.data_dir / "mail").delivered()
    return [mail for mail in box if all(mail[key] == value for key, value in wanted.items())]


def own_folder(house: House) -> list[Path]:
    folder = house.app.settings.data_dir / "files" / "t" / str(house.tenant.uuid)
    return sorted(folder.rglob("*"))


@pytest.mark.usefixtures("furnished")
class TestTwoOrganisations:
    def test_one_is_gone_and_the_other_is_untouched_byte_for_byte(
        self, north: House, harbour: House, database: TestDatabase, settings: Settings
    ) -> None:
        before = dump(database, harbour.tenant), own_folder(harbour)
        theirs = len(mails(settings, **{"X-Stackroom-Organisation": str(harbour.tenant.uuid)}))
        purge(north)
        assert {name: rows for name, rows in dump(database, north.tenant).items() if rows} == {}
        assert own_folder(north) == []
        assert mails(settings, **{"X-Stackroom-Organisation": str(north.tenant.uuid)}) == []
        assert (dump(database, harbour.tenant), own_folder(harbour)) == before
        kept = mails(settings, **{"X-Stackroom-Organisation": str(harbour.tenant.uuid)})
        assert len(kept) == theirs > 0

    def test_the_dump_sees_what_a_purge_must_take(
        self, north: House, database: TestDatabase
    ) -> None:
        """Else the test above proves nothing."""
        full = {name for name, rows in dump(database, north.tenant).items() if rows}
        needed = {"bibs", "bibs_version", "loans", "audit_entries", "bib_search", "import_rejects"}
        assert needed <= full
        assert len(full) > 25

    def test_search_finds_the_others_books_as_before(self, north: House, harbour: House) -> None:
        purge(north)
        found = harbour.api("librarian").get("/api/v1/bibs?q=tides").json["items"]
        assert [bib["title"] for bib in found] == [f"The tides of {harbour.tenant.slug}"]

    def test_the_certificate_says_what_was_erased_and_that_nothing_is_left(
        self, north: House, database: TestDatabase, settings: Settings
    ) -> None:
        close(north)
        end_days(north)
        rows = {name: len(rows) for name, rows in dump(database, north.tenant).items() if rows}
        text = go_on(north)
        document = parsed(text)
        assert document["organisation"] == str(north.tenant.uuid)
        assert document["erased"]["database"] == rows
        assert document["erased"]["files"] == {"files": 7}
        assert set(document["left"]) == {store.name for store in stores.STORES}
        assert len(document["left"]["database"]) > 40
        assert {n for parts in document["left"].values() for n in parts.values()} == {0}
        assert north.tenant.slug not in text
        assert certificates.verify(text.encode(), Signer(settings).public_key).erased > sum(
            rows.values()
        )


def parsed(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document


class TestAfterwards:
    def test_nothing_answers_at_the_old_address(self, north: House) -> None:
        admin = north.api("admin")
        purge(north)
        for path in ("/", "/sign-in", "/catalogue", "/api/v1/me", "/api/v1/bibs"):
            answer = admin.get(path)
            assert answer.status_code == 404, path
            assert "No organisation answers" in answer.text

    def test_the_tombstone_names_nobody(self, north: House) -> None:
        purge(north)
        left = standing(north)
        assert left.status is Status.PURGED
        told = (left.name, left.slug, left.host, left.closing_reason, left.suspended_reason)
        assert not [word for word in told if north.tenant.slug in word]

    def test_nobody_else_is_given_the_address(self, north: House) -> None:
        purge(north)
        new = sign_up.NewOrganisation(
            name="Another", slug=north.tenant.slug, admin_name="Eve", admin_email="e@x.example",
            password="a few quiet words",
        )  # fmt: skip
        with north.app.app_context(), pytest.raises(SlugTaken), transaction():
            sign_up.sign_up(
                new, base_domain="stackroom.test", hasher=north.app.extensions["passwords"]
            )

    def test_the_admins_get_the_certificate_and_are_forgotten(
        self, north: House, settings: Settings
    ) -> None:
        text = purge(north)
        (mail,) = mails(settings, To=north.email("admin"))
        (attached,) = mail.iter_attachments()
        assert attached.get_content() == text.encode()
        assert mail["X-Stackroom-Organisation"] == "platform"
        with north.app.app_context(), transaction() as session, context.unscoped("a test looks"):
            purged = session.get(Purge, north.tenant.id)
            assert purged
            assert (purged.name, purged.addresses) == ("", [])

    def test_a_job_that_was_still_queued_finds_nothing(self, north: House) -> None:
        with north.work("admin"):
            sealed: Any = {HEADER: seal().as_header()}
        purge(north)
        assert jobs.deliver.apply(headers=sealed).get() == 0

    def test_a_request_that_knows_it_as_closing_leaves_nothing_behind(
        self, north: House, database: TestDatabase
    ) -> None:
        """It began before the purge and writes after the scan: a failed sign-in, or an event."""
        close(north)
        end_days(north)
        go_on(north)
        assert north.tenant.status is Status.CLOSING
        with pytest.raises(OrganisationUnavailable), north_in_the_past(north):
            db.session.add(SignInFailure(email_hash="x" * 64, failures=1))
        with pytest.raises(OrganisationUnavailable), north_in_the_past(north):
            record(SIGNED_OUT, label="Ada")
        assert {name: rows for name, rows in dump(database, north.tenant).items() if rows} == {}

    def test_a_closing_organisation_is_asked_for_at_each_request(self, north: House) -> None:
        close(north)
        end_days(north)
        assert north.anonymous().get("/catalogue").status_code == 200
        go_on(north)
        assert north.anonymous().get("/catalogue").status_code == 404

    def test_a_second_purge_changes_nothing(self, north: House, settings: Settings) -> None:
        text = purge(north)
        assert go_on(north) == text
        assert len(mails(settings, To=north.email("admin"))) == 1

    def test_a_purge_is_final(self, app: Stackroom, north: House) -> None:
        purge(north)
        for act in (
            sa.text("UPDATE organisations SET status = 'active' WHERE id = :id"),
            sa.text("DELETE FROM organisations WHERE id = :id"),
        ):
            with app.app_context(), pytest.raises(DBAPIError, match="final"):
                run_as_the_app(act, id=north.tenant.id)


@contextmanager
def north_in_the_past(house: House) -> Iterator[None]:
    with (
        house.app.app_context(),
        context.acting_for(house.tenant),
        acting_as(Provenance(SYSTEM, Channel.WEB)),
        context.writing_though_read_only("signing in"),
        transaction(),
    ):
        yield


def run_as_the_app(statement: sa.TextClause, **values: Any) -> None:
    """Past the ORM's wall, on the app's own connection."""
    with transaction() as session, context.unscoped("an attack"):
        session.connection().execute(statement, values, execution_options=KERNEL)


class TestBefore:
    def test_no_purge_while_it_can_be_undone(self, north: House) -> None:
        close(north)
        with pytest.raises(NotYet, match="come back in 30 days"):
            go_on(north)
        assert standing(north).status is Status.CLOSING

    def test_no_purge_of_what_is_not_closing(self, north: House) -> None:
        with pytest.raises(NotInThisState, match="active cannot be purged; it can be suspended"):
            go_on(north)

    def test_a_feature_may_ask_for_patience_and_says_why(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = Feature("slow", hinders_purge=lambda: "The export is not ready yet.")
        close(north)
        end_days(north)
        monkeypatch.setattr(registry, "features", (*registry.features, slow))
        with pytest.raises(PurgeHindered, match="export is not ready"):
            go_on(north)
        chore(north)
        assert standing(north).status is Status.CLOSING
        monkeypatch.undo()
        chore(north)
        assert standing(north).status is Status.PURGED

    def test_the_chore_waits_for_the_day_and_then_purges(self, north: House) -> None:
        close(north)
        chore(north)
        assert standing(north).status is Status.CLOSING
        end_days(north)
        chore(north)
        assert standing(north).status is Status.PURGED
        chore(north)  # and once more, an hour later

    def test_the_database_itself_purges_nobody_before_the_day(
        self, app: Stackroom, north: House
    ) -> None:
        early = sa.text("UPDATE organisations SET status = 'purged' WHERE id = :id")
        for _ in ("active", "closing"):
            with app.app_context(), pytest.raises(DBAPIError, match="its closing is over"):
                run_as_the_app(early, id=north.tenant.id)
            if north.tenant.status is Status.ACTIVE:
                close(north)


def chore(house: House) -> None:
    act_as_system(house, purging.purge_when_due)


class PoweredOff(Exception):
    pass


@pytest.mark.usefixtures("furnished")
class TestACrash:
    @pytest.mark.parametrize(
        ("name", "calls"), [*((store.name, 0) for store in stores.STORES), ("database", 2)]
    )
    def test_a_purge_goes_on_where_it_stopped(
        self,
        north: House,
        database: TestDatabase,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        calls: int,
    ) -> None:
        """The power fails at one store, some of which may be gone, and comes back."""
        monkeypatch.setattr(kernel, "AT_ONCE", 3)
        monkeypatch.setattr(purging, "STORES", failing(name, after=calls))
        close(north)
        end_days(north)
        rows = {table: len(rows) for table, rows in dump(database, north.tenant).items() if rows}
        with pytest.raises(PoweredOff):
            go_on(north)
        assert standing(north).status is Status.PURGED
        assert north.anonymous().get("/catalogue").status_code == 404
        monkeypatch.undo()
        text = go_on(north)
        assert parsed(text)["erased"]["database"] == rows

    def test_no_certificate_while_anything_is_left(
        self, north: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forgetful = Store("shelf", dict, lambda: {"books": 2})
        monkeypatch.setattr(purging, "STORES", (*stores.STORES, forgetful))
        close(north)
        end_days(north)
        with pytest.raises(NotErased, match="2 of shelf books"):
            go_on(north)
        monkeypatch.undo()
        assert parsed(go_on(north))["kind"] == certificates.KIND

    def test_the_mail_is_sent_after_a_crash_before_it(
        self, north: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise PoweredOff

        monkeypatch.setattr(notices, "send_certificate", fail)
        with pytest.raises(PoweredOff):
            purge(north)
        monkeypatch.undo()
        assert mails(settings, To=north.email("admin")) == []
        chore(north)
        assert len(mails(settings, To=north.email("admin"))) == 1


def failing(name: str, *, after: int) -> tuple[Store, ...]:
    def once_more(erase: Callable[[], stores.Counts]) -> Callable[[], stores.Counts]:
        calls = iter(range(after))

        def erase_or_fail() -> stores.Counts:
            if next(calls, None) is None:
                raise PoweredOff
            return erase()

        return erase_or_fail

    return tuple(
        Store(store.name, once_more(store.erase), store.left) if store.name == name else store
        for store in stores.STORES
    )


class TestAttacks:
    """The app role, whatever it sets, deletes no history of an organisation that lives."""

    def test_the_kernel_erases_nothing_of_an_active_organisation(self, north: House) -> None:
        for table in ("libraries", "libraries_version", "audit_entries"):
            with (
                pytest.raises((DBAPIError, NotPurged), match="not purged"),
                north.work() as session,
            ):
                kernel.erase(session.connection(), table)
            with north.work() as session:
                assert kernel.left(session.connection(), table) > 0

    def test_nor_of_one_that_is_closing(self, north: House) -> None:
        close(north)
        end_days(north)
        with pytest.raises((DBAPIError, NotPurged), match="not purged"), north.work() as session:
            kernel.erase(session.connection(), "audit_entries")

    def test_a_purged_organisation_takes_no_other_with_it(
        self, north: House, harbour: House, database: TestDatabase
    ) -> None:
        before = dump(database, harbour.tenant)
        purge(north)
        with north.app.app_context(), context.acting_for(north.tenant), transaction() as session:
            for table in kernel.tables(session.connection()):
                assert kernel.erase(session.connection(), table) == 0
        assert dump(database, harbour.tenant) == before

    @pytest.mark.postgresql
    @pytest.mark.parametrize(
        ("setting", "attack"),
        [
            ("app.purging", "DELETE FROM audit_entries"),
            ("app.purging", "DELETE FROM libraries_version"),
            ("app.purging", "SELECT tenant_rows_purge('audit_entries', 9)"),
            ("app.tenant", "SELECT tenant_rows_purge('audit_entries', 9)"),
        ],
    )
    def test_the_app_role_cannot_delete_history(
        self,
        setting: str,
        attack: str,
        north: House,
        harbour: House,
        database: TestDatabase,
    ) -> None:
        """Neither of its own organisation nor, by setting another, of that."""
        for house in (north, harbour):
            before = dump(database, house.tenant)
            with pytest.raises(DBAPIError, match=r"permission denied|is not purged"):
                attack_from(north, f"SET LOCAL {setting} = '{house.tenant.id}'", attack)
            assert dump(database, house.tenant) == before

    @pytest.mark.postgresql
    @pytest.mark.parametrize("table", ["organisations", "alembic_version", "pg_catalog.pg_class"])
    def test_the_function_takes_tables_of_organisations_only(
        self, table: str, north: House
    ) -> None:
        purge(north)
        with (
            pytest.raises(DBAPIError, match="holds no rows of organisations"),
            north.app.app_context(),
            context.acting_for(north.tenant),
            transaction() as session,
        ):
            session.connection().exec_driver_sql(
                "SELECT tenant_rows_purge(%s::regclass, 9)", (table,)
            )

    @pytest.mark.postgresql
    def test_the_owner_in_passing_deletes_no_history(
        self, north: House, database: TestDatabase
    ) -> None:
        engine = sa.create_engine(database.owner_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SET app.tenant = '{north.tenant.id}'")
            with pytest.raises(DBAPIError, match="append-only"):
                connection.exec_driver_sql("DELETE FROM audit_entries")

    def test_history_stays_append_only_on_the_app_s_connection(self, north: House) -> None:
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            attack_from(north, "DELETE FROM audit_entries")


def attack_from(house: House, *statements: str) -> None:
    with house.work() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def test_every_shared_table_outlives_a_purge_for_a_reason() -> None:
    """What a purge takes is found by `tenant_id`. A SHARED table has none: whoever adds one says
    here why it holds nothing of an organisation, or adds a store to `stores.STORES`."""
    reasons = {
        "operator_acts": "the platform's own trail, which outlives whom it tells of",
        "operator_failures": "the operators' own",
        "operator_recovery_codes": "the operators' own",
        "operator_sessions": "the operators' own",
        "operators": "the operators' own",
        "platform_errors": "a short list of what broke, by route; it names nobody",
        "support_handovers": "a hash that serves once, within a minute",
        "custom_domains": "deleted in the act that makes the organisation a tombstone",
        "organisations": "the tombstone, which names nobody",
        "purges": "the certificate",
    }
    shared = {table.name for table in Base.metadata.sorted_tables if "tenant_id" not in table.c}
    assert shared == set(reasons)


FEW = {
    "accounts", "import_jobs", "item_types", "libraries", "loan_policies", "patron_categories",
    "shelving_locations",
}  # fmt: skip
"""Tables of which an organisation has few rows."""


def test_a_purge_does_not_grow_with_the_square_of_the_rows() -> None:
    """Each row that goes is asked for its children; measured, 10,000 items without an index on
    their loans took as long as a million rows with it."""
    for table in scoped_tables():
        for key in table.foreign_key_constraints:
            if key.referred_table.name in FEW:
                continue
            led = list(key.column_keys)
            assert [it for it in _indexes(table) if it[: len(led)] == led], (table.name, led)


def _indexes(table: sa.Table) -> list[list[str]]:
    """Columns of each index over all rows."""
    whole = [i for i in table.indexes if i.dialect_options["postgresql"]["where"] is None]
    unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    named = (it.columns for it in (*unique, table.primary_key))
    return [
        [column.name for column in columns] for columns in (*(i.columns for i in whole), *named)
    ]
