"""Gives a house one row of everything that an address can name."""

import gzip
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from stackroom.catalogue.imports import service as imports
from stackroom.catalogue.imports.models import ImportJob, ImportNote
from stackroom.catalogue.models import Bib, Holdings, Item, ItemType
from stackroom.circulation.models import Loan
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.http import app
from stackroom.core.sealing import Seal
from stackroom.files.adapters import files
from stackroom.files.store import new_key
from stackroom.libraries.service import main_library
from stackroom.lifecycle import notices
from stackroom.operators.support import service as support
from stackroom.operators.support.models import SupportGrant, SupportVisit
from stackroom.oversight.flag_changes.models import FlagSeen
from stackroom.oversight.past.models import Act, Outcome, Undo, UndoLine, UndoStatus
from stackroom.oversight.past.service import undoing
from stackroom.oversight.retention import service as retention
from stackroom.oversight.retention.models import AuditArchive
from stackroom.oversight.seals import notices as seal_notices
from stackroom.oversight.seals.models import SealCheck
from stackroom.oversight.seals.service import delivering, sealing
from stackroom.oversight.seals.service.jobs import ask_to_seal
from stackroom.oversight.webhooks import notices as webhook_notices
from stackroom.oversight.webhooks.models import Webhook
from stackroom.patrons.models import BlockKind, Patron, PatronBlock, PatronCategory
from stackroom.plans.models import Headroom
from stackroom.plans.registry import Measure
from stackroom.staff.factors import notices as factors
from stackroom.staff.factors.models import (
    AuthenticatorApp,
    Passkey,
    RecoveryCode,
    RequiredFactor,
    SpentChallenge,
)
from stackroom.staff.keys import notices as key_notices
from stackroom.staff.keys.models import ApiKey
from stackroom.staff.roles import service as roles
from stackroom.staff.security import notices as security
from stackroom.staff.sso.discovery import DOCUMENTS, Client, Metadata
from stackroom.staff.sso.models import SsoIdentity, SsoProvider
from stackroom.testing.house import PASSWORD, Api, House
from stackroom.testing.seals import seal
from stackroom.testing.servers import free_port

MARC = {
    "leader": "00000nam a2200000 a 4500",
    "fields": [
        {"008": "960604s1996    enk           000 1 eng d"},
        {"100": {"ind1": "1", "ind2": " ", "subfields": [{"a": "Ridley, Matt."}]}},
        {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "The origins of virtue."}]}},
    ],
}

SEAL_DELIVERY = {"addresses": ["audit@town.example"], "url": "https://audit.town.example/stackroom"}
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def furnish(house: House) -> None:
    """A bib with an item that is lent to a blocked patron, an import, an export, a claimed domain,
    a role of its own, a service account with a key, support that was let in, a sign-in provider
    that knows the auditor, an invited colleague, an access review, a sealed audit with evidence
    of it, an archived year, an audit report with its papers, an export of the trail, two saved
    searches, two webhooks with a delivery each, and a signed-in admin."""
    seal(house)  # a first checkpoint; what is furnished comes to the second
    with house.work("admin"):
        item = add_item(add_bib(f"The house of {house.tenant.slug}"), f"I-{house.tenant.slug}")
        patron = add_patron(f"P-{house.tenant.slug}")
        db.session.add(
            PatronBlock(
                patron_id=patron.id, kind=BlockKind.MANUAL, stops=["borrow"], reason="A lost card"
            )
        )
        db.session.add(lend(item, patron))
        roles.create(
            name="Weekend desk", sentence="Lends on Saturdays",
            permissions=["loans.read", "loans.write"], based_on="circulation",
        )  # fmt: skip
        support.grant(
            house.account("admin").id, reason="Help", hours=1, scope=["patrons"], may_write=False
        )
        retention.keep(8)
        db.session.add(archived_year(2019))
        issuer = add_sign_in_provider(f"https://login.{house.tenant.slug}.example").issuer
        for role in ("auditor", "librarian"):  # one may be unlinked
            linked = house.account(role).id
            db.session.add(SsoIdentity(issuer=issuer, subject=role, account_id=linked))
    admin = house.api("admin")  # leaves a session
    admin.post("/api/v1/domains", json={"host": f"{house.tenant.slug}.example"})
    colleague = f"colleague@{house.tenant.slug}.example"
    admin.post("/api/v1/invitations", json={"email": colleague, "roles": ["librarian"]})
    file = BytesIO(f"title,author\nThe tides of {house.tenant.slug},\n,Nobody\n".encode())
    admin.post("/api/v1/imports", data={"file": (file, "titles.csv")})
    admin.post("/api/v1/exports")
    add_key(admin, ["bibs.read"], service=f"Website of {house.tenant.slug}")
    for place in ("desk", "stacks"):  # a directory may delete one
        person = add_user(admin, f"{place}-{house.tenant.slug}")
        add_group(admin, f"{place.title()} of {house.tenant.slug}", person)
    for name in ("Titles that went", "Titles that came"):  # one may be deleted
        asks = {"action": "bib.deleted" if "went" in name else "bib.created"}
        admin.post("/api/v1/audit/searches", json={"name": name, "asks": asks})
    admin.post("/api/v1/access-reviews", json={"name": "Spring review", "due_on": "2099-03-31"})
    seal(house)
    admin.post("/api/v1/audit/seal-checks")
    admin.post("/api/v1/audit/evidence", json={})
    admin.request("PUT", "/api/v1/audit/seal-delivery", json=SEAL_DELIVERY)
    add_audit_papers(admin)
    admin.post("/api/v1/audit/exports", json={"format": "csv"})
    for place in ("siem", "archive"):  # an admin may remove one
        add_webhook(admin, place)
    house.deliver()  # the second record is rejected: it has no title
    with house.work("admin"):
        db.session.add(undo := add_undo())
        db.session.flush()  # the line refers to it
        db.session.add(add_undo_line(undo))


def add_undo() -> Undo:
    """Of the import, which it has left as it was."""
    batch = db.session.scalars(sa.select(ImportJob.id)).first()
    assert batch
    return Undo(
        batch_id=batch, batch="Import of titles.csv", status=UndoStatus.DONE, reason="A trial",
        total=1, left=1, requested_by="Ada Admin",
    )  # fmt: skip


def add_undo_line(undo: Undo) -> UndoLine:
    return UndoLine(
        undo_id=undo.id, position=1, kind="bib", record_id=_first(Bib), act=Act.DELETE,
        outcome=Outcome.LEFT, why="It has copies.",
    )  # fmt: skip


def archived_year(year: int) -> AuditArchive:
    saved = files(app().settings).save(new_key("archives"), BytesIO(gzip.compress(b"")))
    return AuditArchive(
        year=year,
        file_key=saved.key,
        size=saved.size,
        sha256=saved.sha256,
        rows=1,
        counts={},
        first_checkpoint=0,
        last_checkpoint=0,
    )


def add_webhook(admin: Api, name: str) -> str:
    """Nobody listens where it leads to, so the test it was sent is given up."""
    body = {"name": name, "url": f"https://localhost:{free_port()}/{name}"}
    webhook_id = str(admin.post("/api/v1/audit/webhooks", json=body).json["id"])
    admin.post(f"/api/v1/audit/webhooks/{webhook_id}/tests")
    return webhook_id


def add_key(admin: Api, permissions: list[str], service: str = "Website", **fields: Any) -> Any:
    """An API key of a new service account, as the API shows it this once."""
    account = admin.post("/api/v1/service-accounts", json={"name": service}).json["id"]
    wanted = {"service_account_id": account, "name": "Live", "permissions": permissions, **fields}
    return admin.post("/api/v1/api-keys", json=wanted).json


def add_audit_papers(admin: Api) -> str:
    """A control report with a note, a sample and a sign-off; returns the report's id."""
    reports, today = "/api/v1/audit/reports", clock.now().date()
    asked = {"control": "staff.role_changes", "since": f"{today - timedelta(days=7)}"}
    until = f"{today + timedelta(days=1)}"  # it may be tomorrow already where the house is
    run = admin.post(f"{reports}/runs", json={**asked, "until": until}).json["id"]
    admin.post(f"{reports}/samples", json={"size": 2, "seed": "spring"})
    admin.post(f"{reports}/runs/{run}/notes", json={"text": "Looked through."})
    admin.post(f"{reports}/runs/{run}/sign-offs", json={"conclusion": "satisfactory"})
    return str(run)


def add_user(directory: Api, name: str, **fields: Any) -> str:
    """Somebody whom the organisation's directory sends."""
    user = {"schemas": [USER], "userName": f"{name}@directory.example", **fields}
    return str(directory.post("/api/scim/v2/Users", json=user).json["id"])


def add_group(directory: Api, name: str, *user_ids: str) -> str:
    members = [{"value": each} for each in user_ids]
    group = {"schemas": [GROUP], "displayName": name, "members": members}
    return str(directory.post("/api/scim/v2/Groups", json=group).json["id"])


def add_bib(title: str = "The origins of virtue", **fields: Any) -> Bib:
    bib = Bib(title=title, sort_title=title.lower(), marc=MARC, **fields)
    db.session.add(bib)
    db.session.flush()  # items refer to it
    return bib


def add_item(bib: Bib, barcode: str, **fields: Any) -> Item:
    holdings = Holdings(bib_id=bib.id, library_id=main_library().id, call_number="HM 106")
    db.session.add(holdings)
    db.session.flush()  # the item refers to it
    item = Item(
        bib_id=bib.id, holdings_id=holdings.id, item_type_id=_first(ItemType), barcode=barcode,
        **fields,
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()  # loans refer to it
    return item


def add_patron(barcode: str, name: str = "Tove Ek", **fields: Any) -> Patron:
    patron = Patron(
        barcode=barcode, name=name, sort_name=name.lower(), category_id=_first(PatronCategory),
        home_library_id=main_library().id, **fields,
    )  # fmt: skip
    db.session.add(patron)
    db.session.flush()  # loans refer to it
    return patron


def add_sign_in_provider(issuer: str) -> SsoProvider:
    """It is at no address, and was asked a moment ago: what it said then is kept."""
    provider = SsoProvider(
        name="Town account", issuer=issuer, client_id="stackroom", scopes="openid email",
        groups_claim="groups", enabled=True, group_roles={},
    )  # fmt: skip
    db.session.add(provider)
    db.session.flush()  # it gets its id
    said = Metadata(
        issuer=issuer, authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token", jwks_uri=f"{issuer}/keys",
    )  # fmt: skip
    client = Client.of(provider, Seal(app().settings, "sso client secret"))
    DOCUMENTS.set(client.place("metadata"), said.model_dump(), 86_400)
    return provider


def lend(item: Item, patron: Patron) -> Loan:
    item.status = type(item.status)("checked_out")
    return Loan(
        item_id=item.id, patron_id=patron.id, library_id=main_library().id, out_at=clock.now(),
        due_at=clock.now() + timedelta(days=21),
        policy={"title": item.bib.title, "item": item.barcode, "explanation": []},
    )  # fmt: skip


def add_factors(house: House) -> None:
    """Of the auditor, whose role needs them."""
    owner = house.account("auditor").id
    factors.tell(owner, factors.ADDED, "a key")
    host = house.tenant.host
    db.session.add_all(
        [
            AuthenticatorApp(account_id=owner, sealed_secret="sealed", enrolled_at=clock.now()),
            RecoveryCode(account_id=owner, code_hash=f"{house.tenant.slug:0>64}"),
            Passkey(
                account_id=owner, name="Key", credential_id=house.tenant.slug, public_key="key",
                sign_count=0, host=host,
            ),
            SpentChallenge(challenge_hash="0" * 64),
            RequiredFactor(role="auditor"),
        ]
    )  # fmt: skip


def _first(model: Any) -> UUID:
    found: UUID = db.session.scalars(sa.select(model.id).limit(1)).one()
    return found


def forget_a_password(house: House) -> None:
    """The auditor signs in with two programs, and is mailed a link."""
    right = {"email": house.email("auditor"), "password": PASSWORD}
    for program in ("first/1.0", "second/1.0"):
        named = {"User-Agent": program}
        house.anonymous().post("/api/v1/auth/tokens", json=right, headers=named)
    forgotten = {"email": house.email("auditor")}
    house.anonymous().post("/api/v1/auth/password-resets", json=forgotten)
    house.deliver()  # the worker makes the link
    with house.work("auditor"):
        person = str(house.account("auditor").id)
        outbox.send(security.PASSWORD_CHANGED_MAIL, {"account_id": person})


def furnish_every_table(house: House) -> None:
    """As `furnish`, and a row of what no address names: of each scoped table at least one."""
    furnish(house)
    admin = house.api("admin")
    bib = {"title": f"The tides of {house.tenant.slug}", "isbns": ["9780441478125"]}
    admin.post("/api/v1/bibs", json=bib, headers={"Idempotency-Key": house.tenant.slug})
    asked = {"control": "staff.role_changes", "since": "2026-01-01", "until": "2026-12-31"}
    admin.post("/api/v1/audit/reports/runs", json=asked)  # so long a span waits for a worker
    forget_a_password(house)
    wrong = {"email": house.email("auditor"), "password": "not the one"}
    house.anonymous().post("/api/v1/auth/tokens", json=wrong)  # last: the right one forgets it
    with house.work("admin"):
        job = db.session.scalars(sa.select(ImportJob)).first()
        assert job
        db.session.add(ImportNote(job_id=job.id, position=1, code="mended", message="A blank"))
        imports.queue(job)  # waits for a worker
        undoing.queue(db.session.scalars(sa.select(Undo)).one())
        notices.tell_admins(notices.CLOSING)
        key_notices.tell_admins(db.session.scalars(sa.select(ApiKey)).one())
        webhook_notices.tell_admins(db.session.scalars(sa.select(Webhook).limit(1)).one())
        db.session.add(Headroom(measure=Measure.STORAGE))
        add_factors(house)
        ask_to_seal()
        checkpoint, delivery = sealing.latest(), delivering.settings()
        assert checkpoint
        assert delivery
        delivering.send(delivery, checkpoint)
        seal_notices.tell_broken(db.session.scalars(sa.select(SealCheck)).one())
        db.session.add(FlagSeen(key="x-flag", enabled=True, value=None, seen_at=clock.now()))
        let_in = db.session.scalars(sa.select(SupportGrant)).first()
        assert let_in
        db.session.add(
            SupportVisit(
                grant_id=let_in.id, operator_id=uuid4(), operator_name="Mia", token_hash="0" * 64
            )
        )
