"""Taking a patron out of the record that stands for them."""

import secrets

import sqlalchemy as sa

from stackroom.audit.models import PatronKey
from stackroom.audit.pseudonyms import ERASED
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.patrons.models import Patron, PatronStatus
from stackroom.staff import erasing
from stackroom.staff.models import Account


def sign_in_of(found: Patron) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.id == found.account_id))


def erase(found: Patron) -> None:
    """The row stays and tells of nobody; their sign-in and their key go, for good."""
    if account := sign_in_of(found):
        erasing.erase(account, ERASED)
    for block in found.blocks:
        block.reason, block.lifted_at = ERASED, block.lifted_at or clock.now()
    found.barcode = f"E{secrets.randbelow(10**12):012}"
    found.name, found.sort_name = ERASED, ERASED.lower()
    found.email = found.phone = found.note = ""
    found.account_id = found.expires_on = None
    found.keep_history, found.status = False, PatronStatus.DELETED
    db.session.execute(sa.delete(PatronKey).where(PatronKey.id == found.id))
