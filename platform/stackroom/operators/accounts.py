"""Operators are made, disabled and helped from a terminal of the platform, never on a page."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.operators import acts, second_factor, sign_in
from stackroom.operators.errors import NoOperator, OperatorExists
from stackroom.operators.models import Operator
from stackroom.staff import passwords
from stackroom.staff.factors.codes import Seal
from stackroom.staff.passwords import Passwords
from stackroom.staff.sign_in import normalise

ENROL_WITHIN = timedelta(days=1)


def add(*, email: str, name: str, password: str, hasher: Passwords, seal: Seal) -> Operator:
    """They set up their second factor within a day. Raises Invalid or OperatorExists."""
    passwords.check(password, knows=(email, name))
    if db.session.scalar(sa.select(Operator.id).where(Operator.email == normalise(email))):
        raise OperatorExists
    operator = Operator(
        email=normalise(email),
        name=name,
        password_hash=hasher.hash(password),
        sealed_secret=seal.new_secret(),
        enrol_until=clock.now() + ENROL_WITHIN,
    )
    db.session.add(operator)
    db.session.flush()  # the act names it
    acts.leave("added", of=(operator.id, operator.title))
    return operator


def operators() -> Sequence[Operator]:
    return db.session.scalars(sa.select(Operator).order_by(Operator.email)).all()


def present(operator_id: UUID) -> Operator:
    return db.session.scalars(sa.select(Operator).where(Operator.id == operator_id)).one()


def set_active(email: str, *, active: bool) -> Operator:
    """Closes their sessions too, in the console and in organisations. Raises NoOperator."""
    operator = named(email)
    operator.active = active
    sign_in.end_sessions(operator)
    acts.leave("enabled" if active else "disabled", of=(operator.id, operator.title))
    return operator


def reset_second_factor(email: str, seal: Seal) -> Operator:
    """For a lost telephone without recovery codes. Raises NoOperator."""
    operator = named(email)
    operator.sealed_secret, operator.last_step = seal.new_secret(), 0
    operator.enrolled_at, operator.enrol_until = None, clock.now() + ENROL_WITHIN
    second_factor.forget_recovery_codes(operator)
    sign_in.end_sessions(operator)
    acts.leave("factor_reset", of=(operator.id, operator.title))
    return operator


def named(email: str) -> Operator:
    """Raises NoOperator."""
    found = db.session.scalar(sa.select(Operator).where(Operator.email == normalise(email)))
    if found is None:
        raise NoOperator
    return found
