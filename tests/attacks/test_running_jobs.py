"""Somebody begins a long job and loses the right to it while it runs: it stops at the next batch,
says why, and whoever may can go on."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
import sqlalchemy as sa

from config import Settings
from stackroom.catalogue.imports import runner
from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.imports.permissions import IMPORTS_WRITE
from stackroom.catalogue.models import Bib
from stackroom.core.actor import ANONYMOUS, SYSTEM, Actor, ActorType, Channel
from stackroom.core.features import registry
from stackroom.files.adapters import files
from stackroom.lifecycle.bundle import runner as exporting
from stackroom.lifecycle.bundle import service as exports
from stackroom.operators import accounts
from stackroom.operators.support import service as support
from stackroom.operators.support.models import SupportGrant
from stackroom.staff import service as staff
from stackroom.staff.service import create_account
from stackroom.testing.console import Staffed, enter, hire, platform
from stackroom.testing.house import Api, House
from stackroom.testing.importing import Importer
from tenants.lifecycle import Status

TITLES = b"title\n" + b"".join(b"Title %d\n" % number for number in range(1100))
"""Three batches."""
Act = Callable[[House], object]
WITHDRAWALS: dict[str, Act] = {
    "the account is closed": lambda house: staff.remove(house.account("librarian")),
    "the role is withdrawn": lambda house: staff.change(
        house.account("librarian"), roles=["auditor"]
    ),
    "all roles are withdrawn": lambda house: staff.change(house.account("librarian"), roles=[]),
}


@pytest.fixture
def importing(settings: Settings) -> Importer:
    return Importer(files(settings))


def titles(house: House) -> int:
    with house.work("admin") as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Bib)) or 0


def after_the_first_batch(house: House, act: Act) -> Callable[[ImportJob], None]:
    """Committed with the batch, so that the next one is the first to meet it."""

    def watch(job: ImportJob) -> None:
        if job.read == runner.CHUNK_RECORDS:
            act(house)

    return watch


@pytest.mark.parametrize("withdrawal", WITHDRAWALS)
def test_an_import_stops_at_the_next_batch_and_may_be_resumed(
    north: House, importing: Importer, withdrawal: str
) -> None:
    job_id = importing.begin(north, TITLES, filename="titles.csv")
    watch = after_the_first_batch(north, WITHDRAWALS[withdrawal])
    stopped = importing.go(north, job_id, watch, by=north.actor("librarian"))
    assert (stopped.status, stopped.read) == ("stopped", 500)
    assert stopped.detail == (
        f"{north.actor('librarian').label} may no longer import. Whoever may can resume it."
    )
    assert titles(north) == 500

    admin = north.api("admin")
    assert admin.post(f"/api/v1/imports/{job_id}/resume").status_code == 202
    north.deliver()
    assert titles(north) == 1100
    assert admin.get(f"/api/v1/imports/{job_id}").json["status"] == "succeeded"


def test_it_goes_on_in_the_name_of_whoever_resumed_it(north: House, importing: Importer) -> None:
    """Their right is the one that counts from then on, and theirs is the name in the trail."""
    job_id = importing.begin(north, TITLES, filename="titles.csv")
    watch = after_the_first_batch(north, WITHDRAWALS["the account is closed"])
    importing.go(north, job_id, watch, by=north.actor("librarian"))
    north.api("admin").post(f"/api/v1/imports/{job_id}/resume")
    north.deliver()
    entries = north.api("auditor").get("/api/v1/audit/entries?per_page=100").json["items"]
    authors = {one["actor"]["label"] for one in entries if one["action"] == "bib.created"}
    assert "Ada Admin" in authors


def test_an_import_that_waits_is_not_begun(north: House) -> None:
    upload = {"file": (BytesIO(TITLES), "titles.csv")}
    librarian = north.api("librarian")
    job_id = librarian.post("/api/v1/imports", data=upload).json["id"]
    with north.work("admin"):
        staff.remove(north.account("librarian"))
    north.deliver()
    told = north.api("admin").get(f"/api/v1/imports/{job_id}").json
    assert (told["status"], told["read"]) == ("stopped", 0)
    assert titles(north) == 0


def test_signing_out_stops_nothing(north: House) -> None:
    upload = {"file": (BytesIO(TITLES), "titles.csv")}
    librarian = north.api("librarian")
    librarian.post("/api/v1/imports", data=upload)
    librarian.delete("/api/v1/auth/tokens")
    north.deliver()
    assert titles(north) == 1100


class TestExports:
    @pytest.fixture(autouse=True)
    def second_admin(self, north: House) -> None:
        """Somebody must be left who may."""
        with north.work("admin"):
            create_account(
                email=north.email("deputy"), name="Dag Deputy", roles=["admin"], password_hash="!"
            )

    def test_no_file_is_made_for_one_who_may_no_longer_take_it(self, north: House) -> None:
        export_id = ask(north.api("deputy"))
        with north.work("admin"):
            staff.change(north.account("deputy"), roles=["librarian"])
        north.deliver()
        told = north.api("admin").get(f"/api/v1/exports/{export_id}").json
        assert told["status"] == "failed"
        assert told["detail"] == exporting.MAY_NO_LONGER.format(who="Dag Deputy")
        assert (
            list((north.app.settings.data_dir / "files").glob(f"t/{north.tenant.uuid}/e*/*")) == []
        )
        assert ask(north.api("admin")), "another may ask for another"

    def test_that_of_a_closing_organisation_hangs_on_nobody(self, north: House) -> None:
        with north.work("deputy"):
            exports.on_status(Status.CLOSING)
        with north.work("admin"):
            staff.remove(north.account("deputy"))
        north.deliver()
        (told,) = north.api("admin").get("/api/v1/exports").json["items"]
        assert told["status"] == "ready"


def test_support_may_only_for_as_long_as_it_is_let_in(north: House) -> None:
    with north.work("admin"):
        support.grant(
            north.account("admin").id, reason="Help", hours=1, scope=["imports"], may_write=True
        )
    mia = hire(north.app)
    assert not may(north, actor_of(mia))
    enter(mia, north)
    guest = actor_of(mia)
    assert may(north, guest)
    with north.work("admin") as session:
        support.revoke(session.scalars(sa.select(SupportGrant.id)).one())
    assert not may(north, guest)


@pytest.mark.parametrize(
    ("actor", "wanted"),
    [
        (SYSTEM, True),
        (ANONYMOUS, False),
        (Actor(ActorType.PERSON, UUID(int=1), "Nobody"), False),
        (Actor(ActorType.OPERATOR, UUID(int=1), "Nobody"), False),
    ],
    ids=lambda value: getattr(value, "type", value),
)
def test_nobody_may_whom_nobody_vouches_for(north: House, actor: Actor, wanted: bool) -> None:
    assert may(north, actor) is wanted


def test_a_person_of_another_organisation_may_nothing_here(north: House, harbour: House) -> None:
    assert may(harbour, harbour.actor("admin"))
    assert not may(north, harbour.actor("admin"))


def ask(api: Api) -> str:
    answer = api.post("/api/v1/exports")
    assert answer.status_code == 202, answer.json
    return str(answer.json["id"])


def actor_of(operator: Staffed) -> Actor:
    with platform(operator.app):
        return Actor(ActorType.OPERATOR, accounts.named(operator.email).id, operator.name)


def may(house: House, actor: Actor) -> bool:
    with house.work("admin", Channel.JOB):
        return registry.still_may(actor, IMPORTS_WRITE)
