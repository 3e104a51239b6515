"""History keeps no secret, and nothing about a patron in plain words."""

from typing import Any

import sqlalchemy as sa

from stackroom.audit import pseudonyms
from stackroom.audit.versioning import version_of, versioned_models
from tenants.orm import Base

SECRET = ("hash", "secret", "token", "password", "otp", "private", "credential", "pin", "key")
NO_SECRET = {
    "custom_roles.key": "the short name of a role",
    "directory_groups.display_key": "a name, folded",
    "directory_users.display_key": "as above",
    "directory_users.user_key": "as above",
    "audit_archives.file_key": "names a file",
    "import_jobs.file_key": "as above",
}
TELLS = ("patron_id", "email", "phone", "barcode", "user_name", "subject", "person")
"""Names of columns that may tell of a patron."""
NOT_OF_PATRONS = {
    "access_review_lines.email": "reviews ask about staff alone; patrons are left out",
    "access_review_lines.person": "as above",
    "directory_users.user_name": "a directory sends colleagues; their acts stay readable",
    "invitations.email": "patrons are not invited",
    "items.barcode": "of a thing",
}


def columns() -> list[tuple[Any, sa.Column[object]]]:
    return [(model, column) for model in versioned_models() for column in model.__table__.columns]


def test_no_secret_reaches_a_version() -> None:
    for model, column in columns():
        secret = any(word in column.name.split("_") for word in SECRET)
        if f"{model.__tablename__}.{column.name}" in NO_SECRET:
            continue
        if secret or isinstance(column.type, sa.LargeBinary):
            assert column.name in model.__versioned__.get("exclude", ()), column
            assert column.name not in version_of(model).__table__.c


def test_every_column_that_may_tell_of_a_patron_is_sealed_or_says_why_not() -> None:
    telling = {
        f"{model.__tablename__}.{column.name}"
        for model, column in columns()
        if column.name in TELLS and not _is_sealed(model, column.name)
    }
    assert telling == set(NOT_OF_PATRONS)


def _is_sealed(model: Any, name: str) -> bool:
    told = pseudonyms.of(model)
    return told is not None and name in told.columns | {told.patron}


def test_what_refers_to_patrons_seals_something() -> None:
    patrons = Base.metadata.tables["patrons"]
    for model in versioned_models():
        keys = (key for column in model.__table__.columns for key in column.foreign_keys)
        if any(key.column.table is patrons for key in keys):
            assert pseudonyms.of(model), f"{model.__name__} tells of a patron: declare personal(…)"


def test_a_declaration_names_columns_that_are_there() -> None:
    declared = [(model, told) for model in versioned_models() if (told := pseudonyms.of(model))]
    assert len(declared) >= 5
    for model, told in declared:
        assert told.columns <= set(model.__table__.columns.keys())
        assert (told.patron or told.account) in model.__table__.columns
        assert "personal" in version_of(model).__table__.c
