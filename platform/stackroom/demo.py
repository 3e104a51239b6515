"""Two invented libraries to try Stackroom with. The books, the people and the loans are made up."""

from collections.abc import Iterable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from config import Settings
from stackroom.catalogue.editing import Edits
from stackroom.catalogue.service import bibs, items
from stackroom.circulation.service import lending
from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.operators import accounts as operators
from stackroom.operators.errors import OperatorExists
from stackroom.patrons import service as patrons
from stackroom.patrons.schemas import PatronIn
from stackroom.staff import sign_up
from stackroom.staff.service import create_account
from tenants import context
from tenants.models import Organisation

PASSWORD = "try out stackroom"  # noqa: S105 - printed by `make run`, on this machine only
ROLES = ("admin", "librarian", "auditor", "patron")
OPERATOR = "operator@stackroom.example"
OPERATOR_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - as the password


@dataclass(frozen=True, slots=True)
class Book:
    title: str
    author: str
    year: int
    language: str
    isbn: str
    subjects: tuple[str, ...]
    copies: int = 1


@dataclass(frozen=True, slots=True)
class House:
    slug: str
    name: str
    timezone: str
    people: dict[str, str]
    books: tuple[Book, ...]


NORTH = House(
    "north", "North Library", "Europe/Helsinki",
    {"admin": "Anna Berg", "librarian": "Lauri Salo", "auditor": "Audun Vik", "patron": "Pia Lind"},
    (
        Book("The lighthouse keeper's almanac", "Ek, Tove", 1998, "eng", "9780000000019",
             ("Lighthouses", "Weather", "Islands"), 3),
        Book("A field guide to northern lichens", "Hagen, Sunniva", 2011, "eng", "9780000000026",
             ("Lichens", "Field guides")),
        Book("Winter bread", "Salo, Lauri", 2016, "eng", "9780000000033", ("Bread", "Baking"), 2),
        Book("Ääniä järveltä", "Niemi, Aino", 2004, "fin", "9780000000040", ("Lakes", "Poetry")),
        Book("Snön och tystnaden", "Åkerström, Siv", 1987, "swe", "9780000000057",
             ("Snow", "Silence")),
        Book("The quiet cartographer", "Moreau, Élise", 2009, "eng", "9780000000064",
             ("Maps", "Fiction"), 2),
        Book("Reading the ice", "Thorsen, Ragnhild", 2021, "eng", "9780000000071",
             ("Ice", "Climate")),
        Book("Knots for cold hands", "Ek, Tove", 2003, "eng", "9780000000088", ("Knots",)),
        Book("Письма с севера", "Орлова, Вера", 1979, "rus", "9780000000095", ("Letters",)),
        Book("The origin of small hours", "Lind, Pia", 2018, "eng", "9780000000101",
             ("Sleep", "Night", "Essays")),
        Book("Birch bark and other paper", "Hagen, Sunniva", 1992, "eng", "9780000000118",
             ("Paper", "Crafts")),
        Book("Counting reindeer", "Sara, Máret", 2014, "eng", "9780000000125",
             ("Reindeer", "Statistics"), 2),
    ),
)  # fmt: skip
HARBOUR = House(
    "harbour", "Harbour Library", "Europe/Lisbon",
    {"admin": "Inês Duarte", "librarian": "Omar Haddad", "auditor": "Ruth Cole",
     "patron": "Leo Fonseca"},
    (
        Book("The tide tables of an honest town", "Duarte, Inês", 2001, "eng", "9780000001016",
             ("Tides", "Towns"), 2),
        Book("O livro dos faróis", "Fonseca, Leonor", 1995, "por", "9780000001023",
             ("Lighthouses",)),
        Book("رسائل من الميناء", "حداد، عمر", 2010, "ara", "9780000001030",
             ("Letters", "Harbours")),
        Book("Rope, tar and canvas", "Cole, Ruth", 1974, "eng", "9780000001047",
             ("Sailing", "Crafts"), 3),
        Book("A grammar of gulls", "Pereira, Tomé", 2019, "eng", "9780000001054",
             ("Gulls", "Language")),
        Book("Salt", "Pereira, Tomé", 2006, "eng", "9780000001061", ("Salt", "Cooking"), 2),
        Book("港の歴史", "田中, 花子", 1988, "jpn", "9780000001078", ("Harbours", "History")),
        Book("Night ferry", "Cole, Ruth", 2013, "eng", "9780000001085", ("Fiction",), 2),
        Book("The origin of small hours", "Lind, Pia", 2018, "eng", "9780000000101",
             ("Sleep", "Night", "Essays")),
        Book("Mending nets", "Fonseca, Leonor", 1968, "eng", "9780000001092", ("Crafts",)),
    ),
)  # fmt: skip
HOUSES = (NORTH, HARBOUR)


def seed(app: Stackroom) -> None:
    """Add what is not there yet; each organisation is one transaction, so it is whole or absent."""
    copy_context().run(_add_operator, app)
    for house in HOUSES:
        copy_context().run(_seed, app, house)


def _seed(app: Stackroom, house: House) -> None:
    with acting_as(Provenance(SYSTEM, Channel.CLI, reason="demonstration")):
        if _exists(house.slug):
            return
        with transaction():
            _open(app, house)
            _fill(app, house)


def _add_operator(app: Stackroom) -> None:
    """One whose second factor is set up already, with a secret that everybody may read."""
    hasher, seal = app.extensions["passwords"], app.extensions["operator_seal"]
    with (
        acting_as(Provenance(SYSTEM, Channel.CLI, reason="demonstration")),
        context.unscoped("the demo operator"),
        transaction(),
        suppress(OperatorExists),
    ):
        made = operators.add(
            email=OPERATOR, name="Mia Holt", password=PASSWORD, hasher=hasher, seal=seal
        )
        made.sealed_secret, made.enrolled_at = seal.close(OPERATOR_SECRET), clock.now()


def _exists(slug: str) -> bool:
    with transaction(), context.unscoped("look for the demo organisations"):
        found = db.session.scalar(sa.select(Organisation.id).where(Organisation.slug == slug))
    return found is not None


def _open(app: Stackroom, house: House) -> None:
    new = sign_up.NewOrganisation(
        name=house.name, slug=house.slug, admin_name=house.people["admin"],
        admin_email=email(house, "admin"), password=PASSWORD, timezone=house.timezone,
    )  # fmt: skip
    hasher = app.extensions["passwords"]
    opened = sign_up.sign_up(new, base_domain=app.settings.base_domain, hasher=hasher)
    opened.open()
    opened.plan = "standard"
    for role in ("librarian", "auditor"):
        create_account(
            email=email(house, role), name=house.people[role], roles=[role],
            password_hash=hasher.hash(PASSWORD),
        )  # fmt: skip


def _fill(app: Stackroom, house: House) -> None:
    barcodes = list(_shelve(house.books))
    reader = patrons.create(
        PatronIn(
            name=house.people["patron"],
            category="adult",
            barcode="P-1001",
            email=email(house, "patron"),
        )
    )
    patrons.give_sign_in(reader, PASSWORD, app.extensions["passwords"])
    patrons.create(PatronIn(name="Noor Aziz", category="child", barcode="P-1002"))
    lending.check_out(item_barcode=barcodes[0], patron_barcode="P-1001")
    with clock.held_at(clock.now() - timedelta(days=40)):
        lending.check_out(item_barcode=barcodes[3], patron_barcode="P-1002")


def _shelve(books: tuple[Book, ...]) -> Iterable[str]:
    number = 1000
    for book in books:
        bib = bibs.create(
            Edits(
                title=book.title,
                author=book.author,
                year=book.year,
                language=book.language,
                isbns=[book.isbn],
                subjects=list(book.subjects),
            )
        )
        for _ in range(book.copies):
            number += 1
            items.create(bib, {"barcode": f"B-{number}", "item_type": "book"})
            yield f"B-{number}"


def email(house: House, role: str) -> str:
    return f"{role}@{house.slug}.example"


def directions(settings: Settings) -> str:
    """Where the demo organisations are, and a sign-in for each role."""
    lines = ["", f"  Stackroom    {settings.origin(settings.base_domain)}"]
    for house in HOUSES:
        lines += [
            "",
            f"  {house.name:16} {settings.origin(f'{house.slug}.{settings.base_domain}')}",
        ]
        lines += [f"    {role:12} {email(house, role):28} {PASSWORD}" for role in ROLES]
    lines += [
        "",
        f"  {'Console':16} {settings.origin(settings.console)}",
        f"    {'operator':12} {OPERATOR:28} {PASSWORD}",
        f"    {'code':12} from any authenticator app, by the secret {OPERATOR_SECRET}",
    ]
    return "\n".join([*lines, ""])
