"""Service accounts: named programs, which own keys."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stackroom.audit.events import record
from stackroom.core import clock
from stackroom.core.database import db
from stackroom.core.errors import NotFound
from stackroom.core.pagination import Page, PageQuery, paginate
from stackroom.staff.keys import events
from stackroom.staff.keys.errors import ServiceClosed, ServiceNameTaken
from stackroom.staff.keys.models import ApiKey, ServiceAccount


def accounts(query: PageQuery) -> Page[ServiceAccount]:
    """Open ones first."""
    wanted = sa.select(ServiceAccount).order_by(
        ServiceAccount.closed_at.is_not(None), ServiceAccount.name, ServiceAccount.id
    )
    return paginate(db.session(), wanted, query)


def open_accounts() -> list[ServiceAccount]:
    wanted = sa.select(ServiceAccount).where(ServiceAccount.closed_at.is_(None))
    return list(db.session.scalars(wanted.order_by(ServiceAccount.name)))


def account(account_id: UUID) -> ServiceAccount:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(ServiceAccount).where(ServiceAccount.id == account_id))
    if found is None:
        raise NotFound
    return found


def add(*, name: str, description: str) -> ServiceAccount:
    """Raises ServiceNameTaken."""
    added = ServiceAccount(name=name, description=description)
    db.session.add(added)
    _flush_named()
    record(events.ADDED, added)
    return added


def change(
    account: ServiceAccount, *, name: str | None = None, description: str | None = None
) -> ServiceAccount:
    """Raises ServiceClosed or ServiceNameTaken."""
    _refuse_closed(account)
    changed = [
        f"{field} from “{before}” to “{after}”"
        for field, before, after in (
            ("name", account.name, name),
            ("description", account.description, description),
        )
        if after is not None and before != after
    ]
    account.name = account.name if name is None else name
    account.description = account.description if description is None else description
    _flush_named()
    if changed:
        record(events.CHANGED, account, fields=", ".join(changed))
    return account


def close(account: ServiceAccount) -> None:
    """All of its keys end at once. It stays, because history names it. A second time changes
    nothing."""
    if account.closed_at:
        return
    account.closed_at = clock.now()
    ended = db.session.execute(
        sa.update(ApiKey)
        .where(ApiKey.service_account_id == account.id, ApiKey.revoked_at.is_(None))
        .where(ApiKey.expires_at > clock.now())
        .values(revoked_at=clock.now())
    )
    record(events.CLOSED, account, keys=ended.rowcount)  # type: ignore[attr-defined]


def held_open(account_id: UUID) -> ServiceAccount:
    """Locked, so that nobody closes it while a key is made. Raises NotFound or ServiceClosed."""
    wanted = sa.select(ServiceAccount).where(ServiceAccount.id == account_id)
    found = db.session.scalar(wanted.with_for_update())
    if found is None:
        raise NotFound
    _refuse_closed(found)
    return found


def _refuse_closed(account: ServiceAccount) -> None:
    if account.closed_at:
        raise ServiceClosed


def _flush_named() -> None:
    try:
        db.session.flush()  # the database decides whether the name is free
    except IntegrityError:
        raise ServiceNameTaken from None
