"""Makes an organisation of a bundle: the rows as they were, history included, in one transaction.

Nothing here writes history: it is brought. Before the transaction ends, every table is read back
and must give the bytes that the manifest signs; then one new event tells of the arrival.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from stackroom.audit import ids
from stackroom.audit.events import record
from stackroom.audit.models import AuditTransaction
from stackroom.catalogue.index import index
from stackroom.catalogue.models import Bib
from stackroom.core import clock
from stackroom.core.canonical import Row, Shape, read_instant
from stackroom.core.database import db, placement, survive
from stackroom.core.merkle import Tree
from stackroom.files.store import Files
from stackroom.lifecycle.bundle import events, rows, trail
from stackroom.lifecycle.bundle.errors import BundleRefused
from stackroom.lifecycle.bundle.manifest import Manifest
from stackroom.lifecycle.bundle.reading import Bundle
from stackroom.lifecycle.bundle.travelling import tables
from stackroom.lifecycle.bundle.writing import row_lines
from tenants import context, slugs, tripwire, wall
from tenants.context import Tenant
from tenants.lifecycle import Status
from tenants.models import Organisation


def restore(bundle: Bundle, *, slug: str, base_domain: str, files: Files) -> Tenant:
    """The new organisation, active under `slug`, and open from here to the end of the transaction.
    Files that were put there go again if that fails. One that is here already, and was placed in
    a silo that is still empty, moves into it; its files stay where they are.

    Raises:
        BundleRefused: it is here already, its address is taken, or its rows contradict each other.
    """
    placed = _waiting_silo(bundle.manifest)
    tenant = placed or _claim(bundle.manifest, slug, base_domain)
    context.enter(tenant)  # its one event is written as the transaction ends
    if not placed:
        wall.enter(db.session())
        _put_files(bundle, files)
    put_rows(bundle)
    _arrive(bundle.manifest)
    return tenant


def put_rows(bundle: Bundle) -> None:
    """Fill the open organisation, which has no row yet."""
    session = db.session()
    try:
        tripwire.lift(session.connection())
        _bring(session, bundle)
    except (IntegrityError, DataError) as error:
        raise BundleRefused(f"Its rows contradict each other: {error.orig}") from None
    _index(session)
    _prove(session, bundle.manifest)


def _bring(session: Session, bundle: Bundle) -> None:
    for table in tables():
        for some in _parts(bundle.rows(Shape(table))):
            rows.write(session, table, some)
    for transaction, entry in bundle.arrivals():
        rows.write(session, rows.TRANSACTIONS, [transaction])
        rows.write(session, rows.ENTRIES, [entry])


def _waiting_silo(manifest: Manifest) -> Tenant | None:
    """The organisation, where it is here and its own database has no row of it yet."""
    with context.unscoped("look whether an organisation is to move into a silo"):
        found = db.session.scalar(
            sa.select(Organisation).where(Organisation.uuid == manifest.organisation.uuid)
        )
    if found is None or placement().bind_for(tenant := found.as_tenant()) is None:
        return None
    with context.acting_for(tenant):
        return None if sum(rows.counts(db.session()).values()) else tenant


def _claim(manifest: Manifest, slug: str, base_domain: str) -> Tenant:
    """Take the address first: who comes second fails here, before a file or a row is written."""
    given = manifest.organisation
    _refuse_if_here(given.uuid, slug)
    organisation = Organisation(
        uuid=given.uuid,
        slug=slug,
        name=given.name,
        host=f"{slug}.{base_domain}",
        status=Status.ACTIVE,
        plan=given.plan,
        region=given.region,
        library_type=given.library_type,
        timezone=given.timezone,
        created_at=read_instant(given.created_at),
    )
    db.session.add(organisation)
    try:
        db.session.flush()  # the database decides who was first
    except IntegrityError:
        raise BundleRefused(
            "Somebody else is importing it, or has just taken its address."
        ) from None
    return organisation.as_tenant()


def _refuse_if_here(uuid: UUID, slug: str) -> None:
    try:
        slugs.check(slug)
    except slugs.BadSlug as error:
        raise BundleRefused(f"“{slug}” cannot be its address here: {error} Use --slug.") from None
    with context.unscoped("look whether an organisation is here already"):
        found = db.session.scalars(
            sa.select(Organisation).where(
                sa.or_(Organisation.uuid == uuid, Organisation.slug == slug)
            )
        ).all()
    for organisation in found:
        if organisation.uuid == uuid:
            raise BundleRefused(
                f"This organisation is here already, as “{organisation.slug}” "
                f"({organisation.status}); a bundle makes a new one, it does not change one."
            )
        raise BundleRefused(f"The address “{slug}” is taken here; choose another with --slug.")


def _put_files(bundle: Bundle, files: Files) -> None:
    """Under the keys they had, for the organisation keeps its UUID."""
    put: list[str] = []

    def take_away() -> None:
        for key in put:
            files.delete(key)

    survive(take_away)
    for member in bundle.files:
        key = member.name.removeprefix("files/")
        put.append(key)
        with bundle.file(member) as stream:
            saved = files.save(key, stream)
        if saved.sha256 != member.sha256:
            raise BundleRefused(f"{member.name}: its bytes changed while it was read.")


def _parts(found: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(found, rows.PAGE)):
        yield some


def _index(session: Session) -> None:
    """Words and ISBNs of every bib, as if each had just been saved."""
    ordered = sa.select(Bib).order_by(Bib.id).limit(rows.PAGE)
    page = session.scalars(ordered).all()
    while page:
        index(page)
        last = page[-1].id
        session.expunge_all()
        page = session.scalars(ordered.where(Bib.id > last)).all()


def _prove(session: Session, manifest: Manifest) -> None:
    """Read back what was written: it must be what was signed, byte for byte."""
    for table in tables():
        digest, name = sha256(), f"rows/{table.name}.jsonl"
        for line in row_lines(session, Shape(table)):
            digest.update(line)
        if digest.hexdigest() != manifest.member(name).sha256:
            raise BundleRefused(f"{name}: this database does not give back the rows it was given.")
    tree = Tree()
    for line in trail.lines(session):
        tree.add(line)
    if tree.root != manifest.audit.root:
        raise BundleRefused("audit/entries.jsonl: it does not tell of the rows in rows/.")


def _arrive(manifest: Manifest) -> None:
    """History goes on from here, so what comes must sort behind what was."""
    newest = db.session.scalar(sa.select(sa.func.max(AuditTransaction.id)))
    if newest is not None and newest >= ids.first(clock.now()):
        raise BundleRefused(
            "Its newest change lies in this machine's future; set the clock, then try again."
        )
    record(
        events.IMPORTED,
        label=manifest.organisation.name,
        root=manifest.audit.root,
        made_at=manifest.made_at,
        key=manifest.key.id,
        slug=manifest.organisation.slug,
    )
