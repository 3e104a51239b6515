"""The first wall: the ORM. Every statement of a session is cut to the open organisation, and
what cannot be cut is refused (FINDINGS 1.3 lists what criteria alone let through)."""

from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql.functions import FunctionElement

from tenants import context
from tenants.context import Tenant
from tenants.database import announce
from tenants.errors import (
    BulkWriteRefused,
    CoreStatementRefused,
    ForeignRow,
    NoTenant,
    OrganisationUnavailable,
    ReadOnlyOrganisation,
    TenantSwitched,
    WallError,
)
from tenants.lifecycle import Status
from tenants.orm import TenantRow

KERNEL = {"stackroom_kernel": True}
"""Execution options of the few Core statements that carry their own tenant predicate."""
AUDITED = {"stackroom_audited": True}
"""Execution options of bulk DML whose versions are written by `stackroom.audit.bulk`."""
HISTORY = {**AUDITED, "stackroom_history": True}
"""Execution options of history itself, which is written also where a read leaves an event."""
PURGE = {**KERNEL, "stackroom_purge": True}
"""Execution options of the end itself, for which the database has guards of its own."""


def build(session_class: type[Session]) -> None:
    event.listen(session_class, "after_begin", _announce_tenant)
    event.listen(session_class, "do_orm_execute", _cut_to_tenant)
    event.listen(session_class, "before_flush", _refuse_foreign_rows)


def guard_engine(engine: sa.Engine) -> None:
    event.listen(engine, "before_execute", _refuse_core_statements)


def _session_tenant(session: Session) -> int | None:
    """The organisation this session serves. A session never serves two."""
    tenant = context.current_or_none()
    served = session.info.get("tenant_id")
    if tenant is None:
        return None
    if served is not None and served != tenant.id:
        raise TenantSwitched("one session serves one organisation; open a new session")
    session.info["tenant_id"] = tenant.id
    return tenant.id


def _announce_tenant(
    session: Session, transaction: SessionTransaction, connection: sa.Connection
) -> None:
    if transaction.nested:
        return
    connection.info["session"] = session
    announce(connection, _session_tenant(session))


def enter(session: Session) -> None:
    """Let a session that has touched only SHARED rows go on for the organisation just made."""
    announce(session.connection(), _session_tenant(session))


class _OpenTenant(FunctionElement[int]):
    """Stands in the criteria for the organisation, whose key is read as the statement runs.

    As a plain value it would be copied for each table of a statement, and SQLAlchemy tells such
    copies apart by building SQL, which took longer than the statement itself."""

    inherit_cache = True
    type = sa.Integer()
    name = "open_tenant"


_OPEN_TENANT = _OpenTenant()
_TENANT_KEY = sa.bindparam(None, type_=sa.Integer, callable_=lambda: context.current().id)


@compiles(_OpenTenant)
def _write_tenant_key(_: _OpenTenant, compiler: sa.Compiled, **options: Any) -> str:
    return compiler.process(_TENANT_KEY, **options)


@lru_cache(maxsize=1)
def _criteria() -> Any:
    return with_loader_criteria(
        TenantRow, lambda row: row.tenant_id == _OPEN_TENANT, include_aliases=True
    )


@lru_cache(maxsize=1)
def _shared_tables_only() -> Any:
    return with_loader_criteria(TenantRow, lambda _: sa.false(), include_aliases=True)


_known_cuts: WeakKeyDictionary[sa.Executable, sa.Executable] = WeakKeyDictionary()


def _cut(statement: Any) -> Any:
    """A statement that is kept, such as one made at import, is cut once and keeps the key under
    which SQLAlchemy finds its SQL. It is the same for every organisation."""
    known = _known_cuts.get(statement)
    if known is None:
        known = _known_cuts[statement] = statement.options(_criteria())
    return known


def _cut_to_tenant(state: ORMExecuteState) -> None:
    if not state.is_orm_statement:
        _check_core(state.statement, state.execution_options)
        return
    tenant_id = _session_tenant(state.session)
    if tenant_id is None:
        if not context.is_unscoped():
            raise NoTenant("a statement ran with no organisation open")
        state.statement = state.statement.options(_shared_tables_only())
        return
    _refuse_unaudited_bulk(state)
    if not (state.is_column_load or state.is_insert):
        state.statement = _cut(state.statement)


def _refuse_unaudited_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    if state.execution_options.get("stackroom_audited"):
        return
    for mapper in state.all_mappers:
        if hasattr(mapper.class_, "__versioned__"):
            raise BulkWriteRefused(f"bulk write on {mapper.class_.__name__} leaves no version")


def _refuse_foreign_rows(session: Session, *_: Any) -> None:
    rows = [row for row in (*session.new, *session.dirty, *session.deleted) if _is_scoped(row)]
    if not rows:
        return
    tenant_id = _session_tenant(session)
    if tenant_id is None:
        raise NoTenant(f"a {type(rows[0]).__name__} was written with no organisation open")
    for row in rows:
        history = inspect(row).attrs.tenant_id.history
        if row.tenant_id not in (None, tenant_id) or (history.deleted and history.added):
            raise ForeignRow(
                f"a {type(row).__name__} of another organisation was about to be written"
            )
        if hasattr(row, "__versioned__") and not hasattr(row, "__versioning_manager__"):
            raise WallError("history is not installed; call stackroom.audit.versioning.install()")


def _is_scoped(row: object) -> bool:
    return isinstance(row, TenantRow)


def _refuse_core_statements(
    connection: sa.Connection, statement: Any, _many: Any, _params: Any, options: Any
) -> None:
    if isinstance(statement, sa.UpdateBase):
        _refuse_read_only(connection, statement, options)
    session = connection.info.get("session")
    # the unit of work writes rows that before_flush has checked; SQLAlchemy says no other way
    if session is not None and session._flushing:  # noqa: SLF001
        return
    _check_core(statement, options)


def _refuse_read_only(connection: sa.Connection, statement: sa.UpdateBase, options: Any) -> None:
    """Below the edge, so that a job, a command or a forgotten route is stopped as well."""
    tenant = context.current_or_none()
    table: Any = statement.table
    if tenant is None or not tenant.is_read_only or "tenant_id" not in table.c:
        return
    if options.get("stackroom_purge"):
        return
    if context.refuses_writes() and not options.get("stackroom_history"):
        raise ReadOnlyOrganisation(
            f"“{tenant.slug}” is {tenant.status}: nothing of it is changed ({table.name})"
        )
    if tenant.status is not Status.SUSPENDED:
        _refuse_purged(connection, tenant)


def _refuse_purged(connection: sa.Connection, tenant: Tenant) -> None:
    """Whoever may write to an organisation that is closing, if only a failed sign-in, does so
    before its purge begins, which waits, or not at all: nothing is left after the scan. One in a
    silo is not purged while it is there."""
    if connection.info.get("silo"):
        return
    if connection.dialect.name == "postgresql":
        asked = "SELECT status FROM organisations WHERE id = %s FOR SHARE"
    else:
        asked = "SELECT status FROM organisations WHERE id = ?"
    if connection.exec_driver_sql(asked, (tenant.id,)).scalar() == Status.PURGED:
        raise OrganisationUnavailable(tenant.slug)


def _check_core(statement: Any, options: Any) -> None:
    if options.get("stackroom_kernel") or options.get("stackroom_audited"):
        return
    if isinstance(statement, sa.TextClause):
        raise CoreStatementRefused("text SQL cannot be walled; use the ORM")
    if isinstance(statement, (sa.DDLElement, sa.schema.SchemaItem)):
        return
    if getattr(statement, "_propagate_attrs", {}).get("compile_state_plugin") == "orm":
        return
    for element in sa.sql.visitors.iterate(statement):
        if isinstance(element, sa.Table) and "tenant_id" in element.c:
            raise CoreStatementRefused(f"Core SQL on {element.name} cannot be walled; use the ORM")
