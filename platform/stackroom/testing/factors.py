"""Second factors of people under test."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pyotp

from stackroom.core import clock
from stackroom.core.database import db
from stackroom.notifications.mail import FolderMailer
from stackroom.staff.factors.codes import STEP
from stackroom.staff.factors.here import seal
from stackroom.staff.factors.models import AuthenticatorApp, RequiredFactor
from stackroom.testing.authenticator import Authenticator
from stackroom.testing.house import PASSWORD, Answer, House
from stackroom.testing.visitor import Visitor, visit


@dataclass(slots=True)
class Telephone:
    secret: str

    def code(self, at: datetime | None = None) -> str:
        return pyotp.TOTP(self.secret).at(at or clock.now())

    def next_code(self) -> str:
        """For who has used the present one: a telephone's clock may be half a minute ahead."""
        return self.code(clock.now() + timedelta(seconds=STEP))


def give_app(house: House, role: str) -> Telephone:
    """An authenticator app, set up already."""
    telephone = Telephone(pyotp.random_base32())
    with house.work(role):
        db.session.add(
            AuthenticatorApp(
                account_id=house.account(role).id,
                sealed_secret=seal().close(telephone.secret),
                enrolled_at=clock.now(),
            )
        )
    return telephone


def require_of(house: House, role: str) -> None:
    with house.work("admin"):
        db.session.add(RequiredFactor(role=role))


def give_passkey(visitor: Visitor, name: str = "My key", **made: Any) -> Authenticator:
    """Through the page, as its script does it."""
    device = Authenticator(origin=origin(visitor), **made)
    offered = ask(visitor, "/account/security/passkeys/challenge")
    form = {"name": name, "credential": device.create(offered)}
    answer = visitor.post("/account/security/passkeys", form)
    assert answer.status_code == 303, answer.text
    return device


def ask(visitor: Visitor, path: str) -> dict[str, Any]:
    answer = visitor.post(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = json.loads(answer.text)
    return options


def origin(visitor: Visitor) -> str:
    return visitor.client.application.settings.origin(visitor.host)  # type: ignore[attr-defined,no-any-return]


def half_way(house: House, role: str, onward: str = "") -> Visitor:
    """Somebody who has shown the password, and is asked for the rest."""
    visitor = visit(house)
    form = {"email": house.email(role), "password": PASSWORD, "next": onward}
    answer = visitor.post("/sign-in", form)
    assert answer.location.startswith("/sign-in/factor"), answer.location
    return visitor


def sign_in(house: House, role: str, **more: str) -> Answer:
    """Over the API."""
    body = {"email": house.email(role), "password": PASSWORD, **more}
    return house.anonymous().post("/api/v1/auth/tokens", json=body)


def factor_mails(house: House) -> list[tuple[str, str]]:
    """To whom and what, newest first, without the mail that opened the house."""
    house.deliver()
    box = FolderMailer(house.app.settings.data_dir / "mail")
    mine = box.delivered(str(house.tenant.uuid))
    ours = [mail for mail in mine if not mail["Subject"].startswith("Open ")]
    return [(mail["To"], _plain(mail)) for mail in ours]


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    text: str = body.get_content()
    return text
