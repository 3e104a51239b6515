"""Gives a house one row of everything that an address can name."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from stackroom.catalogue.imports.models import ImportJob, ImportNote
from stackroom.catalogue.models import Bib, Holdings, Item, ItemType
from stackroom.circulation.models import Loan
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.libraries.service import main_library
from stackroom.lifecycle import notices
from stackroom.operators.support import service as support
from stackroom.operators.support.models import SupportGrant, SupportVisit
from stackroom.patrons.models import BlockKind, Patron, PatronBlock, PatronCategory
from stackroom.plans.models import Headroom
from stackroom.plans.registry import Measure
from stackroom.staff.keys import notices as key_notices
from stackroom.staff.keys.models import ApiKey
from stackroom.staff.roles import service as roles
from stackroom.testing.house import Api, House

MARC = {
    "leader": "00000nam a2200000 a 4500",
    "fields": [
        {"008": "960604s1996    enk           000 1 eng d"},
        {"100": {"ind1": "1", "ind2": " ", "subfields": [{"a": "Ridley, Matt."}]}},
        {"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "The origins of virtue."}]}},
    ],
}

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def furnish(house: House) -> None:
    """A bib with an item that is lent to a blocked patron, an import, an export, a claimed domain,
    a role of its own, a service account with a key, support that was let in, and a signed-in
    admin."""
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
    admin = house.api("admin")  # leaves a session
    admin.post("/api/v1/domains", json={"host": f"{house.tenant.slug}.example"})
    file = BytesIO(f"title,author\nThe tides of {house.tenant.slug},\n,Nobody\n".encode())
    admin.post("/api/v1/imports", data={"file": (file, "titles.csv")})
    admin.post("/api/v1/exports")
    add_key(admin, ["bibs.read"], service=f"Website of {house.tenant.slug}")
    add_group(admin, f"Desk of {house.tenant.slug}", add_user(admin, house.tenant.slug))
    house.deliver()  # the second record is rejected: it has no title


def add_key(admin: Api, permissions: list[str], service: str = "Website", **fields: Any) -> Any:
    """An API key of a new service account, as the API shows it this once."""
    account = admin.post("/api/v1/service-accounts", json={"name": service}).json["id"]
    wanted = {"service_account_id": account, "name": "Live", "permissions": permissions, **fields}
    return admin.post("/api/v1/api-keys", json=wanted).json


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


def lend(item: Item, patron: Patron) -> Loan:
    item.status = type(item.status)("checked_out")
    return Loan(
        item_id=item.id, patron_id=patron.id, library_id=main_library().id, out_at=clock.now(),
        due_at=clock.now() + timedelta(days=21),
        policy={"title": item.bib.title, "item": item.barcode, "explanation": []},
    )  # fmt: skip


def _first(model: Any) -> UUID:
    found: UUID = db.session.scalars(sa.select(model.id).limit(1)).one()
    return found


def furnish_every_table(house: House) -> None:
    """As `furnish`, and a row of what no address names: of each scoped table at least one."""
    furnish(house)
    admin = house.api("admin")
    bib = {"title": f"The tides of {house.tenant.slug}", "isbns": ["9780441478125"]}
    admin.post("/api/v1/bibs", json=bib, headers={"Idempotency-Key": house.tenant.slug})
    wrong = {"email": house.email("auditor"), "password": "not the one"}
    house.anonymous().post("/api/v1/auth/tokens", json=wrong)
    with house.work("admin"):
        job = db.session.scalars(sa.select(ImportJob)).first()
        assert job
        db.session.add(ImportNote(job_id=job.id, position=1, code="mended", message="A blank"))
        outbox.send("imports.run", {"import_id": str(job.id)})  # waits for a worker
        notices.tell_admins(notices.CLOSING)
        key_notices.tell_admins(db.session.scalars(sa.select(ApiKey)).one())
        db.session.add(Headroom(measure=Measure.STORAGE))
        let_in = db.session.scalars(sa.select(SupportGrant)).first()
        assert let_in
        db.session.add(
            SupportVisit(
                grant_id=let_in.id, operator_id=uuid4(), operator_name="Mia", token_hash="0" * 64
            )
        )
