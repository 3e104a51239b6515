"""Who gave and took which rights. One finding for each act, whatever lines it left."""

from collections import defaultdict
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, Act, acts, named
from stackroom.audit.events import EVENTS
from stackroom.audit.models import AuditEntry
from stackroom.audit.versioning import subject_type, version_of
from stackroom.core.controls import (
    FINDINGS_KEPT,
    Bar,
    Control,
    Finding,
    Findings,
    Parameters,
    Span,
    kept,
    measured,
)
from stackroom.core.database import db
from stackroom.staff.models import Account, CustomRole, RoleGrant
from stackroom.staff.roles.shipped import Role

RIGHTS = (
    "role.granted", "role.created", "role.changed", "role.removed", "directory.group_mapped",
    "sso.account_created", "staff.invitation_accepted", "factor.required", "factor.taken_away",
    "api_key.made", "support.granted", "support.revoked",
)  # fmt: skip
"""Events by which somebody's rights change. `support.` is declared above this feature."""
GRANT = subject_type(RoleGrant)
ROWS = tuple(
    f"{kind}.{verb}"
    for kind in (GRANT, subject_type(CustomRole))
    for verb in ("created", "updated", "deleted")
)
WORDS = {"created": "given", "updated": "changed", "deleted": "taken away"}


class Whose(Parameters):
    own_only: bool = Field(
        False, title="Only changes of one's own rights",
        description="Leaves out what people changed for others.",
    )  # fmt: skip


def run(span: Span, asked: Whose) -> Findings:
    found = acts(span, (*RIGHTS, *ROWS), _not_of_patrons())
    holders = _holders(found)
    rows = [_finding(lines, holders) for lines in _by_act(found)]
    if asked.own_only:
        rows = [row for row in rows if row.outlier]
    numbers: dict[str, int] = defaultdict(int)
    for row in rows:
        numbers[row.who] += 1
    return kept(
        rows,
        looked_at=len(rows),
        measure="changes of rights",
        bars=[Bar(label=who, value=n) for who, n in sorted(numbers.items(), key=lambda i: -i[1])],
        notes=["Marked: somebody changed rights of their own account."],
        cut=len(found) >= READ_AT_MOST,
    )


def _not_of_patrons() -> sa.ColumnElement[bool]:
    """Every reader who signs in holds that role; a large library would drown in them."""
    of_grant = AuditEntry.subject_type == GRANT
    return ~sa.and_(of_grant, AuditEntry.subject_label == Role.PATRON.value)


def _holders(found: list[Act]) -> dict[UUID, str]:
    """Whose each grant is, as far as findings are kept."""
    version = version_of(RoleGrant)
    grants = [act.subject_id for act in found if act.subject_type == GRANT][:FINDINGS_KEPT]
    named = sa.select(version.id, Account.name).join(Account, Account.id == version.account_id)
    rows = db.session.execute(named.where(version.id.in_(grants)))
    return {row.id: row.name for row in rows}


def _by_act(found: list[Act]) -> list[list[Act]]:
    """Without what patrons are given, so that they can sign in."""
    theirs: dict[int, list[Act]] = defaultdict(list)
    for act in found:
        if not _of_patron(act):
            theirs[act.transaction_id].append(act)
    return list(theirs.values())


def _of_patron(act: Act) -> bool:
    told = act.data or {}
    if act.action == "sso.account_created":
        return set(told["roles"]) <= {Role.PATRON}
    return act.action == "role.granted" and {told["before"], told["after"]} <= {"none", Role.PATRON}


def _finding(lines: list[Act], holders: dict[UUID, str]) -> Finding:
    events = [act for act in lines if act.data is not None]
    about = (events or lines)[0]
    return Finding(
        what="; ".join(dict.fromkeys(_told(act, holders) for act in events or lines)),
        who=about.actor, who_id=about.actor_id, at=about.at,
        subject_type=about.subject_type, subject_id=about.subject_id,
        figures=measured({"lines": len(lines)}),
        outlier=about.actor_id is not None and about.actor_id in {act.subject_id for act in lines},
        entries=named(events + [act for act in lines if act.data is None]),
    )  # fmt: skip


def _told(act: Act, holders: dict[UUID, str]) -> str:
    """Names of staff and roles may stand in it, as they do in the trail."""
    event = EVENTS.get(act.action)
    if event and act.data is not None:
        return event.tell(f"“{act.subject_label}”", act.data)
    whose = holders.get(act.subject_id, "") if act.subject_id else ""
    of = f" of {whose}" if whose else ""
    return f"role “{act.subject_label}”{of} {WORDS[act.action.rpartition('.')[2]]}"


ROLE_CHANGES = Control(
    "staff.role_changes",
    "Changes of roles and permissions",
    "Whoever gives rights decides what can go wrong; nobody should give them to themself.",
    Whose,
    run,
    by_library=False,
)
