"""Which rule governs a loan, and why (DOMAIN 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from stackroom.circulation.errors import Reason, Refused
from stackroom.circulation.models import CirculationRule
from stackroom.core.database import db

NO_RULE = Reason("NO_RULE", "No rule says how to lend this; an admin has to add a rule for all.")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The rule that governs, and those that matched too, most specific first."""

    rule: CirculationRule
    losers: tuple[CirculationRule, ...]

    def explain(self) -> str:
        others = len(self.losers)
        also = f"; {others} more general {'rule' if others == 1 else 'rules'} stood back"
        return (
            f"“{self.rule.loan_policy.name}” applies, by the rule for {scope(self.rule)}"
            f"{also if others else ''}."
        )


def resolve(library_id: UUID, category_id: UUID, item_type_id: UUID) -> Resolution:
    """Raises Refused where not even a rule for everything exists."""
    statement = (
        sa.select(CirculationRule)
        .where(
            _matches(CirculationRule.library_id, library_id),
            _matches(CirculationRule.patron_category_id, category_id),
            _matches(CirculationRule.item_type_id, item_type_id),
        )
        .options(joinedload(CirculationRule.loan_policy, innerjoin=True))
    )
    return choose(db.session.scalars(statement).all())


def _matches(column: InstrumentedAttribute[UUID | None], value: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(column.is_(None), column == value)


def choose(matching: Sequence[CirculationRule]) -> Resolution:
    """Library beats patron category beats item type; of equals the oldest, so it is the same
    every time. Raises Refused where nothing matches."""
    if not matching:
        raise Refused([NO_RULE])
    ranked = sorted(matching, key=lambda rule: ([not given for given in _given(rule)], rule.id))
    return Resolution(ranked[0], tuple(ranked[1:]))


def scope(rule: CirculationRule) -> str:
    """Such as “this library and this item type”, or “everything”."""
    names = ("this library", "this patron category", "this item type")
    named = [name for name, given in zip(names, _given(rule), strict=True) if given]
    return " and ".join(named) or "everything"


def _given(rule: CirculationRule) -> tuple[bool, bool, bool]:
    return (
        rule.library_id is not None,
        rule.patron_category_id is not None,
        rule.item_type_id is not None,
    )
