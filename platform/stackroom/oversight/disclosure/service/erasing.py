"""Erasing a patron: from the live record, and from history by destroying their key (ADR 34)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from stackroom.audit.events import record
from stackroom.audit.personal import key_of_patron
from stackroom.audit.pseudonyms import NOBODY, PATRON_ROLE
from stackroom.audit.reads import Seen
from stackroom.circulation import queries as desk
from stackroom.circulation.service import loans
from stackroom.core import idempotency, outbox
from stackroom.core.actor import because
from stackroom.core.database import afterwards
from stackroom.files.store import Files
from stackroom.lifecycle.bundle import service as exports
from stackroom.oversight.disclosure import events
from stackroom.oversight.disclosure.errors import NotErasable, PatronErased
from stackroom.patrons import erasing, service
from stackroom.patrons.models import Patron

STAYS = (
    "Returned loans, without whose they were and with the patron category, for statistics",
    "What staff did, and when, under a pseudonym that nobody can resolve any more",
)
EXPORT_RUNS = "An export of the organisation is being made; wait until it is there."


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing does. `hinders`: what has to be settled first."""

    patron_id: UUID
    pseudonym: str
    loans: int
    goes: list[str]
    hinders: list[str]
    stays: list[str] = field(default_factory=lambda: list(STAYS))


def preview(patron_id: UUID) -> Erasure:
    """Raises NotFound or PatronErased."""
    return _plan(service.patron(patron_id))


def erase(patron_id: UUID, reason: str, files: Files) -> Erasure:
    """Raises NotFound, PatronErased, or NotErasable with all that hinders."""
    found = service.patron(patron_id)
    desk.patron_at_desk(found.barcode)  # locked: no desk may lend to them meanwhile
    plan = _plan(found)
    if plan.hinders:
        raise NotErasable(" ".join(plan.hinders), hinders=plan.hinders)
    because(reason)
    _forget_copies(found, files)
    loans.anonymise(found)
    erasing.erase(found)
    told = Seen(found.id, plan.pseudonym, NOBODY)
    record(events.ERASED, told, loans=plan.loans, why=reason)
    return plan


def _plan(found: Patron) -> Erasure:
    key = key_of_patron(found.id)
    if key is None:
        raise PatronErased
    closed = loans.closed_of(found.id)
    return Erasure(found.id, key.name, closed, list(_goes(found)), list(_hinders(found)))


def _goes(found: Patron) -> Iterator[str]:
    yield "The record: name, card number, e-mail, telephone, note"
    yield "The key of their pseudonym, and with it their values in every version and entry"
    if found.blocks:
        yield f"The reasons of {len(found.blocks)} blocks"
    if found.account_id:
        yield "Their sign-in, with its sessions, devices, factors and links"
    if files := len(exports.with_a_file()):
        yield f"{files} finished exports of the organisation, which hold a copy: make new ones"


def _hinders(found: Patron) -> Iterator[str]:
    if still_out := loans.open_of(found.id):
        yield f"{still_out} items are on loan; check them in first."
    account = erasing.sign_in_of(found)
    if account and set(account.roles) - {PATRON_ROLE}:
        yield "Their sign-in holds a role of staff; take the role away first."
    if exports.is_underway():
        yield EXPORT_RUNS


def _forget_copies(found: Patron, files: Files) -> None:
    """What is kept elsewhere for a while: answers, messages, and exports with their files."""
    account = erasing.sign_in_of(found)
    words = {str(found.id), found.name, found.barcode, found.email}
    words |= {str(account.id), account.email} if account else set()
    idempotency.forget_words(words - {""})
    outbox.forget_words(words - {""})
    for export_id in exports.with_a_file():
        afterwards(partial(files.delete, exports.expire(export_id)))
