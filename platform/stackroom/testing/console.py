"""Operators under test, and their browsers at the console."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy.orm import Session

from stackroom.core import clock
from stackroom.core.actor import SYSTEM, Channel, Provenance, acting_as
from stackroom.core.database import transaction
from stackroom.core.http import Stackroom
from stackroom.operators import accounts
from stackroom.operators.authentication import COOKIE
from stackroom.operators.models import Operator, OperatorSession
from stackroom.staff import tokens
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor
from tenants import context

WAY = re.compile(r"/support/enter\?token=[\w-]+")


@dataclass(slots=True)
class Staffed:
    """An operator with a second factor; `secret` is what their telephone knows."""

    app: Stackroom
    email: str
    name: str
    secret: str

    def code(self, at: datetime | None = None) -> str:
        return pyotp.TOTP(self.secret).at(at or clock.now())

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client(), self.app.settings.console)

    def signed_in(self, *, proven: bool = True) -> Visitor:
        """Without the cost of a password hash."""
        visitor = self.visitor()
        token, stored = tokens.new_secret()
        with platform(self.app) as session:
            operator_id = accounts.named(self.email).id
            session.add(OperatorSession(operator_id=operator_id, token_hash=stored, proven=proven))
        visitor.client.set_cookie(self.app.config[COOKIE], token, domain=visitor.host)
        return visitor


@contextmanager
def platform(app: Stackroom) -> Iterator[Session]:
    """A transaction on the SHARED tables, as the command has it."""
    with (
        app.app_context(),
        acting_as(Provenance(SYSTEM, Channel.CLI)),
        context.unscoped("a test of the platform"),
        transaction() as session,
    ):
        yield session


def hire(app: Stackroom, name: str = "Mia Holt", *, enrolled: bool = True) -> Staffed:
    email = f"{name.split(maxsplit=1)[0].lower()}-{secrets.token_hex(4)}@stackroom.example"
    seal = app.extensions["operator_seal"]
    with platform(app):
        made: Operator = accounts.add(
            email=email, name=name, password=PASSWORD, hasher=app.extensions["passwords"], seal=seal
        )
        made.enrolled_at = clock.now() - timedelta(days=1) if enrolled else None
        return Staffed(app, email, name, seal.open(made.sealed_secret))


def enter(operator: Staffed, house: House) -> Visitor:
    """From the console into an organisation that has let support in."""
    console = operator.signed_in()
    way = handover(console, house)
    inside = Visitor(operator.app.test_client(), house.tenant.host)
    assert inside.get(way).status_code == 303
    return inside


def handover(console: Visitor, house: House) -> str:
    """The path, with its secret, that the console's page links to."""
    page = console.post(f"/console/organisations/{house.tenant.uuid}/enter")
    assert page.status_code == 200, page.text
    found = WAY.search(page.text)
    assert found
    return found[0]
