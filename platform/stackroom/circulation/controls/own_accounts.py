"""Acts of staff on their own account as a patron, or on one that is near to it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import aliased

from stackroom.audit.acts import READ_AT_MOST, Act, acts, is_person, named
from stackroom.audit.models import AuditEntry, AuditTransaction
from stackroom.circulation.models import Loan
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
from stackroom.core.database import db
from stackroom.patrons.events import VIEWED
from stackroom.patrons.models import Patron
from stackroom.staff.controls.people import ever_staff
from stackroom.staff.models import Account

OWN, EMAIL, PHONE = "their own account", "an account with their e-mail", "one with their telephone"


class Links(Parameters):
    by_email: bool = Field(
        True, title="Also accounts with the same e-mail",
        description="As of the staff account, or of their own record as a patron.",
    )  # fmt: skip
    by_phone: bool = Field(
        True, title="Also accounts with the same telephone",
        description="As of their own record as a patron.",
    )  # fmt: skip


class Link(NamedTuple):
    account_id: UUID
    patron_id: UUID
    how: str


def run(span: Span, asked: Links) -> Findings:
    links = _links(asked)
    patrons = {link.patron_id for link in links.values()}
    found = _acts_on(span, patrons, {link.account_id for link in links.values()})
    of_loan = _patrons_of({act.subject_id for act in found if act.subject_type == "loan"})
    rows = list(_findings(found, links, of_loan))
    numbers: dict[str, int] = defaultdict(int)
    for row in rows:
        numbers[row.who] += 1
    return kept(
        rows,
        looked_at=len(found),
        measure="acts on own or linked accounts",
        bars=[Bar(label=who, value=n) for who, n in sorted(numbers.items(), key=lambda i: -i[1])],
        notes=[
            f"{len(patrons)} patron records are linked to staff. Families and addresses are not "
            "kept yet; a loan that was anonymised is linked to nobody any more.",
            "Marked: their own account.",
        ],
        cut=len(found) >= READ_AT_MOST,
    )


def _links(asked: Links) -> dict[tuple[UUID, UUID], Link]:
    """The closest of each pair of account and patron record, in one statement."""
    own = aliased(Patron)
    staff = sa.select(Account.id.label("account_id")).where(Account.id.in_(ever_staff()))
    ways = [staff.add_columns(Patron.id, sa.literal(OWN)).where(Patron.account_id == Account.id)]
    same_email = sa.func.lower(Patron.email)
    if asked.by_email:
        email = staff.add_columns(Patron.id, sa.literal(EMAIL))
        ways.append(email.where(same_email == sa.func.lower(Account.email)))
        beside = email.join(own, own.account_id == Account.id).where(own.email != "")
        ways.append(beside.where(same_email == sa.func.lower(own.email)))
    if asked.by_phone:
        phone = staff.add_columns(Patron.id, sa.literal(PHONE))
        beside = phone.join(own, own.account_id == Account.id).where(own.phone != "")
        ways.append(beside.where(Patron.phone == own.phone))
    links: dict[tuple[UUID, UUID], Link] = {}
    for row in db.session.execute(sa.union_all(*ways)):
        link = Link(*row)
        if link.how == OWN or link[:2] not in links:
            links[link.account_id, link.patron_id] = link
    return links


def _acts_on(span: Span, patrons: set[UUID], accounts: set[UUID]) -> list[Act]:
    loans = sa.select(Loan.id).where(Loan.patron_id.in_(patrons))
    return acts(
        span, (), is_person(), AuditTransaction.actor_id.in_(accounts),
        AuditEntry.action != VIEWED.action,
        sa.or_(AuditEntry.subject_id.in_(patrons), AuditEntry.subject_id.in_(loans)),
    )  # fmt: skip


def _patrons_of(loans: set[UUID | None]) -> dict[UUID, UUID | None]:
    rows = db.session.execute(sa.select(Loan.id, Loan.patron_id).where(Loan.id.in_(loans)))
    return {row.id: row.patron_id for row in rows}


def _findings(
    found: list[Act],
    links: dict[tuple[UUID, UUID], Link],
    of_loan: dict[UUID, UUID | None],
) -> Iterator[Finding]:
    """One for each act, with all lines it left about that patron."""
    done: dict[tuple[int, Link], list[Act]] = defaultdict(list)
    for act in found:
        patron_id = of_loan.get(act.subject_id, act.subject_id) if act.subject_id else None
        if act.actor_id and patron_id and (link := links.get((act.actor_id, patron_id))):
            done[act.transaction_id, link].append(act)
    for (_, link), lines in done.items():
        yield _finding(lines, link)


def _finding(lines: list[Act], link: Link) -> Finding:
    events = [act for act in lines if act.data is not None] or lines
    verbs = ", ".join(act.action.replace(".", " ").replace("_", " ") for act in events)
    return Finding(
        what=f"On {link.how}: {verbs}",
        who=lines[0].actor, who_id=link.account_id, at=lines[0].at,
        subject_type="patron", subject_id=link.patron_id,
        figures=measured({"lines": len(lines)}),
        outlier=link.how == OWN, entries=named(events),
    )  # fmt: skip


OWN_ACCOUNTS = Control(
    "circulation.own_accounts",
    "Acts on own or linked accounts",
    "Nobody should lend to themself, lift their own block or look after their family's record.",
    Links,
    run,
    by_library=False,
)
