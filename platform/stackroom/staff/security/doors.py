"""Failed sign-ins close one door of an e-mail address, not the address: whoever guesses from
elsewhere must not keep its owner out.

A door is a network, or a browser that the owner has signed in with before. Guessing from many
networks closes all of them for a while, but never such a browser. Addresses that nobody has are
counted alike.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.actor import provenance
from stackroom.core.database import db, found_or_added
from stackroom.staff import lockout
from stackroom.staff.models import Account, SignInFailure
from stackroom.staff.security import devices
from stackroom.staff.security.models import KnownDevice

FAILURES_EVERYWHERE = 100
"""From all networks together, in a day; then one attempt in `WAIT`."""
WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Door:
    email_hash: str
    hash: str
    known: bool
    """The owner has come through it before."""


def at(email: str) -> Door:
    device = devices.present()
    known = bool(device) and _is_known(email, device)
    name = device if known else devices.network(provenance().ip)
    return Door(devices.hashed(email), devices.hashed(name), known)


def _is_known(email: str, device: str) -> bool:
    """One statement, whether somebody has the address or not."""
    wanted = (
        sa.select(KnownDevice.id)
        .join(Account, Account.id == KnownDevice.account_id)
        .where(Account.email == email, KnownDevice.device_hash == devices.hashed(device))
    )
    return db.session.scalar(wanted) is not None


def refuse_closed(door: Door) -> None:
    """Raises LockedOut, which says when to come again."""
    here = sa.case((SignInFailure.door == door.hash, SignInFailure.locked_until))
    wanted = sa.select(
        sa.func.max(here), sa.func.sum(SignInFailure.failures), sa.func.max(SignInFailure.failed_at)
    ).where(SignInFailure.email_hash == door.email_hash, _is_fresh())
    locked_until, failures, last = db.session.execute(wanted).one()
    lockout.refuse(locked_until)
    if not door.known and (failures or 0) >= FAILURES_EVERYWHERE:
        lockout.refuse(last + WAIT)


def count(door: Door) -> None:
    wanted = sa.select(SignInFailure).filter_by(email_hash=door.email_hash, door=door.hash)
    fresh = {"email_hash": door.email_hash, "door": door.hash, "failures": 0}
    counted = found_or_added(wanted, lambda: SignInFailure(**fresh))
    if counted.failed_at < clock.now() - FORGOTTEN_AFTER:
        counted.failures = 0
    lockout.count(counted)
    counted.failed_at = clock.now()


def open_again(door: Door) -> None:
    """Only this one: elsewhere somebody may still be guessing."""
    db.session.execute(
        sa.delete(SignInFailure).filter_by(email_hash=door.email_hash, door=door.hash)
    )


def open_all(email: str) -> None:
    """For an owner who has proved otherwise to be one."""
    db.session.execute(sa.delete(SignInFailure).filter_by(email_hash=devices.hashed(email)))


def forget_old() -> None:
    db.session.execute(sa.delete(SignInFailure).where(sa.not_(_is_fresh())))


def _is_fresh() -> sa.ColumnElement[bool]:
    return SignInFailure.failed_at > clock.now() - FORGOTTEN_AFTER
