"""The end of an organisation: a tombstone first, so that from then on nobody is served; then every
store, in batches; then a scan of all of them; then the certificate.

Each step is committed by itself, and each may be done again: whoever calls `purge` after a crash
goes on where it stopped. No certificate is made while the scan finds anything.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog

from config import Settings
from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db, placement, transaction
from stackroom.core.features import registry
from stackroom.core.http import app
from stackroom.core.organisation import present
from stackroom.core.signing import Signer
from stackroom.lifecycle import certificates, notices, service
from stackroom.lifecycle.errors import (
    NoCertificate,
    NotErased,
    NotInThisState,
    NotYet,
    PurgeHindered,
)
from stackroom.lifecycle.models import Purge
from stackroom.lifecycle.stores import STORES, Store
from tenants import context
from tenants.lifecycle import Act, IllegalAct, Status, refuse_illegal
from tenants.models import Organisation

log = structlog.get_logger()


def purge_when_due() -> None:
    """The chore: begins a purge whose day has come, or goes on with one that was interrupted."""
    with transaction():
        organisation = present()
        begun = organisation.status is Status.PURGED and not _purge().done_at
        due = begun or (organisation.status is Status.CLOSING and not _obstacle(organisation))
    if due:
        purge()


def purge() -> str:
    """Begin or go on; returns the certificate.

    Raises:
        NotInThisState, NotYet, PurgeHindered: nothing was begun.
        NotErased: the scan found something, such as a row of a request that was still running.
    """
    with transaction():
        _begin()
    for store in STORES:
        _empty(store)
    certificate = _certify(app().settings, scan())
    _send_off(certificate)
    return certificate


def _begin() -> None:
    """Everything the end needs to know is read before it is erased."""
    organisation = service.locked()
    if organisation.status is Status.PURGED:
        return
    try:
        refuse_illegal(Act.PURGE, organisation.status)
    except IllegalAct as error:
        raise NotInThisState.of(error) from None
    if obstacle := _obstacle(organisation):
        raise obstacle
    name, addresses = organisation.name, [admin.email for admin in notices.admins()]
    with context.writing_though_read_only("what features give up with the organisation"):
        registry.on_status(Status.PURGED)
        db.session.flush()  # the last that is ever written
    organisation.purge(at=clock.now())
    who = provenance()
    db.session.add(
        Purge(
            organisation_id=organisation.id,
            by=f"{who.actor.label} ({who.channel})",
            name=name,
            addresses=addresses,
        )
    )
    log.info("purge_began", organisation=str(organisation.uuid))


def _obstacle(organisation: Organisation) -> NotYet | PurgeHindered | None:
    """The guards of the last step, apart from the state itself."""
    if organisation.closes_at and organisation.closes_at > clock.now():
        left = service.days_left(organisation.closes_at)
        return NotYet(
            f"It can still be undone until {organisation.closes_at:%Y-%m-%d %H:%M} UTC; "
            f"come back in {left} day{'s' if left != 1 else ''}."
        )
    if placement().bind_for(context.current()):
        return PurgeHindered(
            "It lives in a silo, and the guards of a purge stand in the main database alone: take "
            "it out of STACKROOM_SILOS and drop its database, then purge it."
        )
    if said := registry.hindrances():
        return PurgeHindered(" ".join(said))
    return None


def _empty(store: Store) -> None:
    """Rows are counted in the transaction that took them, so a crash miscounts none."""
    while True:
        with transaction():
            purge = _purge(for_update=True)  # two workers take turns
            gone = store.erase()
            if not gone:
                return
            before = purge.erased.get(store.name, {})
            purge.erased = {**purge.erased, store.name: dict(Counter(before) + Counter(gone))}


def scan() -> dict[str, dict[str, int]]:
    """What every store still holds of the open organisation, part by part."""
    found = {}
    for store in STORES:
        with transaction():
            found[store.name] = dict(store.left())
    return found


def _certify(settings: Settings, found: Mapping[str, Mapping[str, int]]) -> str:
    left = {
        f"{store} {part}": count
        for store, parts in found.items()
        for part, count in parts.items()
        if count
    }
    if left:
        raise NotErased(left)
    with transaction():
        purge = _purge(for_update=True)
        if not purge.certificate:
            facts = _facts(present(), purge, found)
            purge.certificate = certificates.issue(facts, Signer(settings))
        return purge.certificate


def _facts(
    organisation: Organisation, purge: Purge, found: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    return {
        "organisation": str(organisation.uuid),
        "signed_up_at": _instant(organisation.created_at),
        "closing_at": _instant(organisation.closing_at),
        "purged_at": _instant(purge.began_at),
        "scanned_at": _instant(clock.now()),
        "by": purge.by,
        "erased": purge.erased,
        "left": {store: dict(parts) for store, parts in found.items()},
    }


def _send_off(certificate: str) -> None:
    with transaction():
        purge = _purge()
        name, addresses, done = purge.name, list(purge.addresses), purge.done_at
    if done:
        return
    for address in addresses:
        notices.send_certificate(
            app().settings, to=address, organisation=name, certificate=certificate
        )
    with transaction():
        purge = _purge(for_update=True)
        purge.name, purge.addresses, purge.done_at = "", [], clock.now()
    log.info("purge_done", organisation=str(context.current().uuid))


def certificate() -> str:
    """Of the open organisation. Raises NoCertificate."""
    found = db.session.get(Purge, context.current().id)
    if found is None or not found.certificate:
        raise NoCertificate("There is no certificate: the organisation is not purged.")
    return found.certificate


def _purge(*, for_update: bool = False) -> Purge:
    wanted = sa.select(Purge).where(Purge.organisation_id == context.current().id)
    return db.session.scalars(wanted.with_for_update() if for_update else wanted).one()


def _instant(at: Any) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
