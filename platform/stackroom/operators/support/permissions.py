"""Who lets support in, and what support may then do."""

from collections.abc import Iterable

from stackroom.core.features import Registry
from stackroom.core.permissions import Permission, permission

SUPPORT_READ = permission(
    "support.read", "see whom of Stackroom's support was let in", "admin", "auditor"
)
SUPPORT_GRANT = permission(
    "support.grant", "let Stackroom's support in for a while", "admin", personal=True
)
SUPPORT_INSIDE = permission("support.inside", "be here as Stackroom's support", personal=True)
PERMISSIONS = (SUPPORT_READ, SUPPORT_GRANT, SUPPORT_INSIDE)

AREAS = {
    "catalogue": "Titles and copies",
    "imports": "Imports",
    "patrons": "Patrons",
    "circulation": "Loans",
    "staff": "Staff and settings, to look at",
    "audit": "The audit trail, to look at",
}
"""Features that support can be let into. A feature that is not named here stays closed to it."""


def held(registry: Registry, scope: Iterable[str], *, may_write: bool) -> frozenset[str]:
    """What support may do within `scope`: read what staff read and, where it may write, what a
    librarian may. So never staff, roles, settings, or letting in others."""
    wanted = set(scope) & AREAS.keys()
    inside = {
        known.key
        for feature in registry.features
        if feature.name in wanted
        for known in feature.permissions
        if _reads(known) or (may_write and "librarian" in known.roles)
    }
    return frozenset((inside - {"me.read"}) | {SUPPORT_INSIDE.key})


def _reads(known: Permission) -> bool:
    return known.key.endswith(".read") and bool(known.roles & {"librarian", "auditor"})
