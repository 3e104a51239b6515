"""Takes the latest checkpoint out of our hands: by mail, and by a POST to the organisation. Whoever
holds it can tell later whether the end of the chain was cut off."""

import json
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.database import db
from stackroom.core.errors import Invalid
from stackroom.core.outbound import Outbound, Unreachable
from stackroom.oversight.seals import events, notices, statements
from stackroom.oversight.seals.models import AuditCheckpoint, Rhythm, SealDelivery
from stackroom.oversight.seals.schemas import DeliveryIn
from stackroom.oversight.seals.service import sealing

POST = "audit.checkpoint_post"
EVERY = {Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}


def settings() -> SealDelivery | None:
    return db.session.scalar(sa.select(SealDelivery))


def change(given: DeliveryIn, outbound: Outbound) -> SealDelivery:
    """Raises Invalid for a URL to which nothing may be posted."""
    if given.url:
        try:
            outbound.checked(given.url)
        except Unreachable as error:
            raise Invalid.field("url", f"Choose another address: {error}.") from None
    found = settings() or SealDelivery()
    found.rhythm, found.url = given.rhythm, given.url
    found.addresses = [str(each) for each in given.addresses]
    db.session.add(found)
    db.session.flush()  # it is shown as it is kept
    places = len(found.addresses) + bool(found.url)
    record(events.DELIVERY_CHANGED, label="the seals", rhythm=found.rhythm.value, places=places)
    return found


def send_due() -> None:
    """The latest checkpoint, where its rhythm says so and it has not gone yet."""
    found, newest = settings(), sealing.latest()
    if found is None or newest is None or found.rhythm is Rhythm.NEVER:
        return
    late = found.sent_at is None or clock.now() - found.sent_at >= EVERY[found.rhythm]
    if late and newest.number > found.sent_number:
        send(found, newest)


def send(found: SealDelivery, newest: AuditCheckpoint) -> None:
    digest = statements.digest(newest)
    which = {"delivery_id": str(found.id), "number": newest.number}
    for address in found.addresses:
        outbox.send(notices.MAIL_CHECKPOINT, {**which, "to": address})
    if found.url:
        outbox.send(POST, which)
    found.sent_number, found.sent_digest, found.sent_at = newest.number, digest, clock.now()
    places = len(found.addresses) + bool(found.url)
    record(events.DELIVERED, label="the seals", number=newest.number, digest=digest, places=places)


def letter(delivery_id: UUID, number: int) -> tuple[str, str] | None:
    """Where a checkpoint is posted to, and what: signed, and with the hash it is known by. None
    where it is not to go anywhere any more."""
    found = settings()
    if found is None or found.id != delivery_id or not found.url:
        return None
    newest = sealing.checkpoint(number)
    told = {"checkpoint": statements.checkpoint(newest), "hash": statements.digest(newest)}
    return found.url, json.dumps(told, sort_keys=True)


def post(url: str, body: str, outbound: Outbound) -> None:
    """Raises Unreachable."""
    answer = outbound.ask("POST", url, body=body, headers={"Content-Type": "application/json"})
    if not 200 <= answer.status_code < 300:
        raise Unreachable(f"it answered with the status {answer.status_code}")
