"""Copies of the table of titles, side by side in one database: one for each way to keep history."""

from typing import Any

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from stackroom.audit.versioning import version_of
from stackroom.catalogue.models import Bib
from stackroom.testing.furnish import MARC
from tenants.orm import Base

WHOLE = {
    "title": "The origins of virtue", "title_alternate": "", "sort_title": "origins of virtue",
    "author": "Ridley, Matt", "contributors": [], "isbns": ["9780140244045"], "issns": [],
    "subjects": ["Ethics"], "language": "eng", "year": 1996, "publisher": "Viking", "edition": "",
    "series": "", "material": "book", "control_number": None, "control_source": "",
    "suppressed": False, "marc": MARC, "revision": 1,
}  # fmt: skip
BIBS: sa.Table = Base.metadata.tables["bibs"]
VERSIONS: sa.Table = version_of(Bib).__table__
TRANSACTIONS: sa.Table = Base.metadata.tables["audit_transactions"]
ENTRIES: sa.Table = Base.metadata.tables["audit_entries"]
Row = dict[str, Any]


def row(tenant_id: int) -> Row:
    return {**WHOLE, "tenant_id": tenant_id, "id": uuid7()}


def copied(source: sa.Table, name: str, metadata: sa.MetaData) -> sa.Table:
    """With its key and indexes, under another name."""
    made = source.to_metadata(metadata, name=name)
    made.constraints = {it for it in made.constraints if isinstance(it, sa.PrimaryKeyConstraint)}
    for number, index in enumerate(made.indexes):
        index.name = sa.quoted_name(f"ix_{name}_{number}", None)
    made.primary_key.name = sa.quoted_name(f"pk_{name}", None)
    return made
