"""Values that name something: of an organisation's own, of its neighbour's, or of nobody's.

A field of a new kind has no value here; `kind_of` then says what to add.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from stackroom.audit.models import AuditEntry
from stackroom.catalogue.index import index
from stackroom.catalogue.models import ItemType
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.libraries.models import Library, ShelvingLocation
from stackroom.libraries.service import main_library
from stackroom.patrons.models import PatronCategory
from stackroom.staff import sign_in, tokens
from stackroom.staff.invitations.models import Invitation, InvitationLink, InvitedRole
from stackroom.staff.models import Account
from stackroom.staff.service import create_account
from stackroom.testing.furnish import add_bib, add_item, add_patron, lend
from stackroom.testing.house import House
from stackroom.testing.isolation.ways import Field, Way
from tenants.orm import SHARED, Base

IRREGULAR = {
    "account_id": "accounts",
    "batch_id": "import_jobs",  # an import is one batch
    "domain_id": "custom_domains",
    "group_id": "directory_groups",
    "grant_id": "support_grants",
    "import_id": "import_jobs",
    "key_id": "api_keys",
    "library_id": "libraries",
    "reviewers": "accounts",
    "record_id": "bibs",  # as below
    "role_id": "custom_roles",
    "sso_identity_id": "sso_identities",
    "session_id": "sign_in_sessions",
    "user_id": "directory_users",
    "webhook_delivery_id": "webhook_deliveries",
    "subject_id": "bibs",  # of the audit: any record
    "audit_search_id": "audit_searches",
}
IN_THE_PART = {"email": ("/patrons", "contact"), "token": ("/invitations", "invitation_token")}
"""What a name means in one part of the addresses."""
NAMED_BY_US = {
    "control_key": "staff.role_changes",
    "filename": "nothing.css",
    "number": "1",  # of the first finding of a report
    "permission_key": "loans.write",
    "record_type": "bib",
    "subject_type": "bib",
    "schema_name": "urn:ietf:params:scim:schemas:core:2.0:User",
    "type_name": "User",
}
"""In a path: what is the same for every organisation."""
NOT_A_REFERENCE = {"client_id", "number", "position", "request_id"} | NAMED_BY_US.keys()
"""As above, our name at a sign-in provider, and the place of a record within an import or of a
checkpoint within its chain."""
NAMES_SOMETHING = ("barcode", "_code", "email", "token", "key")
"""How a name of a body's member ends that is nothing but a reference."""
TELLS_NOTHING = {
    "link_by_email": "whether an address links; it is none itself",
    "codes": "the reasons that are overridden",
    "token": "verifies an e-mail address on the platform's host; a reset's is tested by itself",
    "admin_email": "as above: whoever signs up",
}


def name(kind: str) -> str:
    """A name that nobody has yet; all names of a kind are equally long."""
    return f"{kind}-{secrets.token_hex(6)}"


def _item(text: str) -> None:
    add_item(add_bib(f"Title {name('word')}"), text)


def _lent_item(text: str) -> None:
    item = add_item(add_bib(f"Title {name('word')}"), text)
    db.session.add(lend(item, add_patron(name("card"))))


def _category(text: str) -> None:
    category = PatronCategory(code=text, name=name("group"))
    db.session.add(category)
    db.session.flush()  # the patron refers to it
    add_patron(name("card")).category_id = category.id


def _patron_at(text: str) -> None:
    add_patron(name("card"), email=text)


def _library(text: str) -> None:
    db.session.add(Library(code=text, name=name("branch")))


def _location(text: str) -> None:
    library = main_library()
    db.session.add(ShelvingLocation(library_id=library.id, code=text, name=name("shelf")))


def _place(text: str) -> None:
    _location(text.partition("/")[2])


def _bib_with(field: str) -> Callable[[str], None]:
    def add(text: str) -> None:
        value = [text] if field in ("isbns", "subjects") else text
        bib = add_bib(f"Title {name('word')}")
        setattr(bib, field, value)
        db.session.flush()
        index([bib])

    return add


def _invitation(token: str) -> None:
    inviter = db.session.scalars(sa.select(Account).where(Account.email.like("admin@%"))).one()
    invited = Invitation(
        email=f"{name('mail')}@neighbour.example",
        invited_by_id=inviter.id,
        expires_at=clock.now() + timedelta(days=1),
        grants=[InvitedRole(role="auditor")],
    )
    db.session.add(invited)
    db.session.flush()  # the link refers to it
    db.session.add(
        InvitationLink(
            invitation_id=invited.id,
            token_hash=tokens.digest(token),
            expires_at=invited.expires_at,
        )
    )


def _account(text: str) -> None:
    create_account(email=text, name=name("person"), roles=["auditor"], password_hash="!")


def isbn13() -> str:
    digits = f"978{secrets.randbelow(10**9):09}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


Maker = tuple[Callable[[], str], Callable[[str], None]]
"""Invents a text, and makes the house hold what it names."""
KINDS: dict[str, Maker] = {
    "item_barcode": (lambda: name("item"), _item),
    "patron_barcode": (lambda: name("card"), lambda text: void(add_patron(text))),
    "library": (lambda: name("branch"), _library),
    "location": (lambda: name("shelf"), _location),
    "place": (lambda: f"main/{name('shelf')}", _place),
    "lent_barcode": (lambda: name("item"), _lent_item),
    "category": (lambda: name("group"), _category),
    "contact": (lambda: f"{name('mail')}@neighbour.example", _patron_at),
    "item_type": (
        lambda: name("type"),
        lambda text: db.session.add(ItemType(code=text, name=name("type"))),
    ),
    "email": (lambda: f"{name('mail')}@neighbour.example", _account),
    "invitation_token": (lambda: name("token"), _invitation),
    "control_number": (lambda: name("control"), _bib_with("control_number")),
    "isbn": (isbn13, _bib_with("isbns")),
    "subject": (lambda: name("topic"), _bib_with("subjects")),
    "author": (lambda: name("author"), _bib_with("author")),
    "word": (lambda: name("word"), _bib_with("title")),
}
ALIASES = {
    "home_library": "library", "heading": "subject", "isbns": "isbn", "subjects": "subject",
    "title": "word", "q": "word",
}  # fmt: skip


def void(_made: object) -> None:
    """What was made is in the session."""


def kind_of(way: Way, field: Field) -> str:
    """Empty where the field names nothing."""
    if field.place == "path" or field.is_id or field.name.endswith("_id"):
        return "" if field.name in NOT_A_REFERENCE else _id_kind(field.name)
    if field.name == "barcode":
        return "patron_barcode" if "/patrons" in way.rule.rule else "item_barcode"
    if field.name == "item_barcode" and field.place == "query":
        return "lent_barcode"
    part, kind = IN_THE_PART.get(field.name, ("", ""))
    if part and part in way.rule.rule:
        return kind
    if (known := ALIASES.get(field.name, field.name)) in KINDS or known == "refresh_token":
        return known
    if field.name.endswith(NAMES_SOMETHING) and field.name not in TELLS_NOTHING:
        raise AssertionError(f"tell the isolation matrix what “{field.name}” of {way} names")
    return "word" if field.place == "query" and field.is_text else ""


def _id_kind(parameter: str) -> str:
    if parameter == "entry_id":
        return "id of audit_entries"
    table = IRREGULAR.get(parameter, parameter.removesuffix("_id") + "s")
    if table not in Base.metadata.tables:
        raise AssertionError(f"tell the isolation matrix which table “{parameter}” names")
    return f"id of {table}"


def held(house: House, kind: str) -> str:
    """A value that names something of this house."""
    if kind.startswith("id of "):
        return row_id(house, kind.removeprefix("id of "))
    if kind == "refresh_token":
        with house.work("admin"):
            return sign_in.open_session(house.account("auditor"), timedelta(days=1)).refresh_token
    invent, make = KINDS[kind]
    text = invent()
    with house.work("admin"):
        make(text)
    return text


def nobodys(kind: str) -> str:
    """A value of the same shape that names nothing anywhere."""
    if kind == "id of audit_entries":
        return f"{secrets.randbelow(10**14) + 10**14}-0"
    if kind.startswith("id of "):
        return str(uuid4())
    if kind == "refresh_token":
        return secrets.token_urlsafe(32)
    return KINDS[kind][0]()


_rows: dict[tuple[int, str], str] = {}


def row_id(house: House, table: str) -> str:
    """Of the first row that furnish() has left; it stays the same one."""
    key = (house.tenant.id, table)
    if key not in _rows:
        _rows[key] = _first_row(house, table)
    return _rows[key]


def _first_row(house: House, table: str) -> str:
    models = {getattr(m.class_, "__tablename__", ""): m.class_ for m in Base.registry.mappers}
    with house.work("admin") as session:
        if table == "audit_entries":
            entries = sa.select(AuditEntry).order_by(AuditEntry.transaction_id).limit(1)
            return session.scalars(entries).one().id
        model = models[table]
        ids = sa.select(model.id).order_by(model.id).limit(1)
        if model.__tenancy__ is SHARED:  # no wall cuts it to the house
            ids = ids.where(model.organisation_id == house.tenant.id)
        found = session.scalar(ids)
    assert found, f"furnish() leaves no row in {table}"
    return str(found)
