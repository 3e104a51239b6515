"""Every table of an organisation is walled, on the database this run uses."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from stackroom.audit.versioning import history_tables, version_of, versioned_models
from stackroom.testing.databases import TestDatabase
from tenants.orm import SCOPED, SHARED, Base, Ledger, Scoped, TenantRow, scoped_tables

TABLES = [table.name for table in scoped_tables()]


def test_every_model_is_shared_or_scoped() -> None:
    for mapper in Base.registry.mappers:
        tenancy = mapper.class_.__tenancy__
        has_tenant = "tenant_id" in mapper.local_table.c
        assert tenancy in (SHARED, SCOPED)
        assert has_tenant == (tenancy is SCOPED) == issubclass(mapper.class_, TenantRow)


def test_every_scoped_model_is_versioned_or_says_why() -> None:
    for mapper in Base.registry.mappers:
        model = mapper.class_
        if issubclass(model, Scoped):
            assert version_of(model) is not None, model
        elif issubclass(model, Ledger):
            assert len(model.__unversioned__) > 20, f"{model.__name__} must say why"
    assert len(versioned_models()) > 10


@pytest.mark.parametrize("name", TABLES)
def test_keys_lead_with_the_organisation(name: str) -> None:
    table = Base.metadata.tables[name]
    assert next(iter(table.primary_key.columns)).name == "tenant_id"
    assert not table.c.tenant_id.nullable
    for key in table.foreign_key_constraints:
        assert key.column_keys[0] == "tenant_id", f"{name}: a key could leave the organisation"
        assert key.elements[0].column.name == "tenant_id"
    for unique in table.constraints:
        if isinstance(unique, sa.UniqueConstraint):
            assert next(iter(unique.columns)).name == "tenant_id"
    for index in table.indexes:
        assert next(iter(index.columns)).name == "tenant_id", f"{index.name} leads elsewhere"


def test_the_database_holds_no_table_we_do_not_know(owner: sa.Connection) -> None:
    known = set(Base.metadata.tables) | {"alembic_version"}
    found = {name for name in sa.inspect(owner).get_table_names() if "bib_search" not in name}
    assert found == known


def test_models_and_migrations_agree(owner: sa.Connection) -> None:
    context = MigrationContext.configure(
        owner,
        opts={
            "compare_type": True,
            "include_object": lambda _o, name, kind, *_: (
                not (kind == "table" and str(name).startswith("bib_search"))
            ),
        },
    )
    assert compare_metadata(context, Base.metadata) == []


def test_the_database_itself_walls_every_table(owner: sa.Connection, dialect: str) -> None:
    walled = {"postgresql": _under_policies, "sqlite": _under_triggers}[dialect](owner)
    assert set(TABLES) <= walled


def test_history_can_only_be_added_to(owner: sa.Connection, dialect: str) -> None:
    kept = {"postgresql": _without_rights, "sqlite": _with_append_only_triggers}[dialect](owner)
    assert history_tables() <= kept


def test_every_versioned_table_has_its_tripwire(owner: sa.Connection, dialect: str) -> None:
    versioned = {model.__tablename__ for model in versioned_models()}
    watched = {"postgresql": _watched_by_constraint, "sqlite": _watched_by_triggers}[dialect](owner)
    assert versioned == watched


def test_the_app_role_holds_no_right_that_passes_policies(
    owner: sa.Connection, database: TestDatabase
) -> None:
    """TRUNCATE ignores policies; REFERENCES tells whether a foreign row exists."""
    for right in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        assert not _tables_with(owner, right)


def _under_policies(owner: sa.Connection) -> set[str]:
    """Tables with forced row-level security and exactly one policy."""
    rows = owner.execute(
        sa.text(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced, "
            "count(p.polname) AS policies FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
            "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
            "GROUP BY c.oid"
        )
    ).all()
    assert [row.relname for row in rows if not row.forced or row.policies != 1] == []
    return {row.relname for row in rows}


def _under_triggers(owner: sa.Connection) -> set[str]:
    triggers = _triggers(owner)
    verbs = ("insert", "update", "delete")
    return {name for name in TABLES if {f"wall_{name}_{verb}" for verb in verbs} <= triggers}


def _without_rights(owner: sa.Connection) -> set[str]:
    changeable = _tables_with(owner, "UPDATE") | _tables_with(owner, "DELETE")
    return set(Base.metadata.tables) - changeable


def _with_append_only_triggers(owner: sa.Connection) -> set[str]:
    triggers = _triggers(owner)
    return {
        name
        for name in Base.metadata.tables
        if {f"append_only_{name}_update", f"append_only_{name}_delete"} <= triggers
    }


def _watched_by_constraint(owner: sa.Connection) -> set[str]:
    rows = owner.execute(
        sa.text(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname = 'tripwire' AND tgdeferrable AND tgenabled = 'O'"
        )
    )
    return set(rows.scalars())


def _watched_by_triggers(owner: sa.Connection) -> set[str]:
    triggers = _triggers(owner)
    verbs = ("insert", "update", "delete")
    return {name for name in TABLES if {f"tripwire_{name}_{verb}" for verb in verbs} <= triggers}


def _tables_with(owner: sa.Connection, right: str) -> set[str]:
    """Tables on which the app role holds a right; SQLite has no roles to hold any."""
    if owner.dialect.name == "sqlite":
        return set()
    app = str(owner.engine.url.username).replace("_owner", "_app")
    question = sa.text("SELECT has_table_privilege(:app, :name, :right)")
    return {
        name
        for name in Base.metadata.tables
        if owner.scalar(question, {"app": app, "name": name, "right": right})
    }


def _triggers(owner: sa.Connection) -> set[str]:
    rows = owner.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    return set(rows.scalars())
