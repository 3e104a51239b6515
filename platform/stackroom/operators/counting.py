"""The one door through which the console looks into an organisation. Numbers come out of it, and
what an admin consented to; never a row of the library's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.audit.models import AuditTransaction
from stackroom.catalogue.imports.models import ImportJob
from stackroom.catalogue.models import Bib, Item
from stackroom.circulation.models import Loan, LoanStatus
from stackroom.core.database import db
from stackroom.core.outbox import ATTEMPTS, OutboxMessage
from stackroom.operators.support.models import SupportGrant
from stackroom.operators.support.service import is_live
from stackroom.patrons.models import Patron
from stackroom.staff.models import Account, RoleGrant
from stackroom.staff.roles.shipped import Role
from tenants import context
from tenants.context import Tenant
from tenants.database import reads_only

PERSONAL = re.compile(r"\S+@\S+|[\"'“«‘].*?[\"'”»’]|\d{3,}")
"""Addresses, whatever stands in quotes, and long numbers: what an error may say of somebody."""


@dataclass(frozen=True, slots=True)
class Usage:
    """`storage` in bytes; `last_activity` is the instant of the last change or event."""

    staff: int
    patrons: int
    bibs: int
    items: int
    open_loans: int
    storage: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages of the outbox: `failed` ones are given up, `troubled` ones have failed before."""

    waiting: int
    failed: int
    troubled: int
    attempts: int
    oldest: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Consent:
    """That support may come in."""

    until: datetime
    may_write: bool


@contextmanager
def _counting(tenant: Tenant) -> Iterator[Session]:
    """The organisation, opened by a session of its own that the database itself keeps from
    writing, and that ends in a rollback."""
    with context.acting_for(tenant), reads_only(), db.session.session_factory() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield session


def usage(tenant: Tenant) -> Usage:
    staff = Account.grants.any(RoleGrant.role != Role.PATRON)
    with _counting(tenant) as session:
        return Usage(
            staff=_count(session, Account, Account.active.is_(True), staff),
            patrons=_count(session, Patron),
            bibs=_count(session, Bib),
            items=_count(session, Item),
            open_loans=_count(session, Loan, Loan.status == LoanStatus.OPEN),
            storage=session.scalar(sa.select(sa.func.sum(ImportJob.bytes_total))) or 0,
            last_activity=_last_activity(session),
        )


def backlog(tenant: Tenant) -> Backlog:
    with _counting(tenant) as session:
        waiting, attempts, oldest = session.execute(
            sa.select(
                sa.func.count(),
                sa.func.coalesce(sa.func.max(OutboxMessage.attempts), 0),
                sa.func.min(OutboxMessage.due_at),
            ).select_from(OutboxMessage)
        ).one()
        failed = _count(session, OutboxMessage, OutboxMessage.attempts >= ATTEMPTS)
        troubled = _count(session, OutboxMessage, OutboxMessage.last_error != "")
        last = sa.select(OutboxMessage.last_error).where(OutboxMessage.last_error != "")
        error = session.scalar(last.order_by(OutboxMessage.due_at.desc()).limit(1)) or ""
        return Backlog(waiting, failed, troubled, attempts, oldest, without_people(error))


def consent(tenant: Tenant) -> Consent | None:
    latest = sa.select(SupportGrant).where(is_live()).order_by(SupportGrant.expires_at.desc())
    with _counting(tenant) as session:
        found = session.scalars(latest.limit(1)).one_or_none()
        return Consent(found.expires_at, found.may_write) if found else None


def without_people(error: str) -> str:
    return PERSONAL.sub("…", error)[:200]


def _count(session: Session, model: type[Any], *narrowed: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*narrowed)) or 0


def _last_activity(session: Session) -> datetime | None:
    newest = sa.select(AuditTransaction.at).order_by(AuditTransaction.id.desc()).limit(1)
    return session.scalar(newest)
