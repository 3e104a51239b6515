"""Which browser this is, by the cookie it was given when somebody signed in with it.

A program without cookies is told by its name and its network: enough to notice a new one, not
enough to be trusted as one.
"""

import hashlib
import ipaddress
import secrets
from contextvars import ContextVar
from datetime import timedelta

import sqlalchemy as sa

from stackroom.audit.events import record
from stackroom.core import clock, outbox
from stackroom.core.actor import Channel, provenance
from stackroom.core.database import db, found_or_added
from stackroom.staff.models import Account, SignInSession
from stackroom.staff.security import events
from stackroom.staff.security.models import KnownDevice
from tenants import context

FORGOTTEN_AFTER = timedelta(days=400)
"""As long as browsers keep a cookie."""
NEW_DEVICE_MAIL = "security.new_device_mail"
_device: ContextVar[str] = ContextVar("device", default="")


def enter(device: str) -> None:
    """The device that this request has proved to come from; empty where it has proved none."""
    _device.set(device)


def present() -> str:
    return _device.get()


def meet(account: Account, session: SignInSession) -> None:
    """A mail tells of a device that is new, unless it is the person's first."""
    if remember(account):
        record(events.DEVICE_MET, account)
        payload = {"account_id": str(account.id), "session_id": str(session.id)}
        outbox.send(NEW_DEVICE_MAIL, payload)


def remember(account: Account) -> bool:
    """Whether this device is new to somebody who has others."""
    has_others = db.session.scalar(sa.select(_of(account).exists()))
    fresh = KnownDevice(account_id=account.id, device_hash=hashed(_name()))
    wanted = _of(account).where(KnownDevice.device_hash == fresh.device_hash)
    met = found_or_added(wanted, lambda: fresh)
    met.seen_at = clock.now()
    db.session.flush()  # whoever opens a session may write here; what comes after it may not
    return met is fresh and bool(has_others)


def forget_old() -> None:
    old = KnownDevice.seen_at < clock.now() - FORGOTTEN_AFTER
    db.session.execute(sa.delete(KnownDevice).where(old))


def _of(account: Account) -> sa.Select[KnownDevice]:
    return sa.select(KnownDevice).where(KnownDevice.account_id == account.id)


def _name() -> str:
    """A browser that has no name yet is given one, which the answer lets it keep."""
    here = provenance()
    if not present() and here.channel == Channel.WEB:
        enter(secrets.token_urlsafe(24))
    return present() or f"{here.user_agent} at {network(here.ip)}"


def network(ip: str) -> str:
    """Whoever has one address of it has them all: the /24 of IPv4, the /64 of IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    width = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, width), strict=False))


def hashed(text: str) -> str:
    """Counted and remembered without being kept; not to be compared between organisations."""
    return hashlib.sha256(f"{context.current().uuid}:{text}".encode()).hexdigest()
