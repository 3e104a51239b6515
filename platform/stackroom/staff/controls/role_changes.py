"""Who gave and took which rights. One finding for each act, whatever lines it left."""

from collections import defaultdict

from pydantic import Field

from stackroom.audit.acts import READ_AT_MOST, Act, acts, named
from stackroom.audit.events import EVENTS
from stackroom.audit.versioning import subject_type
from stackroom.core.controls import (
    Bar,
    Control,
    Finding,
    Findings,
    Parameters,
    Span,
    kept,
    measured,
)
from stackroom.staff.models import CustomRole, RoleGrant
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
    found = acts(span, (*RIGHTS, *ROWS))
    rows = [_finding(lines) for lines in _by_act(found)]
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


def _by_act(found: list[Act]) -> list[list[Act]]:
    """Without what patrons are given, so that they can sign in."""
    theirs: dict[int, list[Act]] = defaultdict(list)
    for act in found:
        if (act.subject_type, act.subject_label) != (GRANT, Role.PATRON) and not _of_patron(act):
            theirs[act.transaction_id].append(act)
    return list(theirs.values())


def _of_patron(act: Act) -> bool:
    told = act.data or {}
    if act.action == "sso.account_created":
        return set(told["roles"]) <= {Role.PATRON}
    return act.action == "role.granted" and {told["before"], told["after"]} <= {"none", Role.PATRON}


def _finding(lines: list[Act]) -> Finding:
    events = [act for act in lines if act.data is not None]
    about = (events or lines)[0]
    return Finding(
        what="; ".join(dict.fromkeys(_told(act) for act in events or lines)),
        who=about.actor, who_id=about.actor_id, at=about.at,
        subject_type=about.subject_type, subject_id=about.subject_id,
        figures=measured({"lines": len(lines)}),
        outlier=about.actor_id is not None and about.actor_id in {act.subject_id for act in lines},
        entries=named(events + [act for act in lines if act.data is None]),
    )  # fmt: skip


def _told(act: Act) -> str:
    """Names of staff and roles may stand in it, as they do in the trail."""
    event = EVENTS.get(act.action)
    if event and act.data is not None:
        return event.tell(f"“{act.subject_label}”", act.data)
    return f"role “{act.subject_label}” {WORDS[act.action.rpartition('.')[2]]}"


ROLE_CHANGES = Control(
    "staff.role_changes",
    "Changes of roles and permissions",
    "Whoever gives rights decides what can go wrong; nobody should give them to themself.",
    Whose,
    run,
    by_library=False,
)
