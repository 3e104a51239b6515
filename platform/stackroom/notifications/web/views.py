"""The mails that this machine would have sent, to read while developing."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import cast

from flask import Blueprint, Response, jsonify, render_template
from flask.blueprints import BlueprintSetupState

from stackroom.core.errors import NotFound
from stackroom.core.http import Stackroom, app
from stackroom.core.permissions import Host, public
from stackroom.notifications.mail import FolderMailer, mailer
from tenants import context

web = Blueprint("notifications", __name__, template_folder="templates")
WHY = "a developer reads the mails of their own machine"


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    to: str
    sender: str
    subject: str
    date: str
    text: str


@web.record
def _in_development_only(state: BlueprintSetupState) -> None:
    """Elsewhere the addresses do not exist, whatever a request says."""
    if cast("Stackroom", state.app).settings.is_development:
        state.add_url_rule("/dev/mail", view_func=mails, endpoint="mails")
        state.add_url_rule("/dev/mail.json", view_func=mails_as_json, endpoint="mails_as_json")


@public(WHY, host=Host.BOTH)
def mails() -> str:
    return render_template("notifications/mails.html", mails=_delivered())


@public(WHY, host=Host.BOTH)
def mails_as_json() -> Response:
    return jsonify(items=_delivered())


def _delivered() -> list[Mail]:
    """Newest first; on an organisation's host, its own."""
    box = mailer(app().settings)
    if not isinstance(box, FolderMailer):
        raise NotFound("Mail leaves this machine through SMTP; it is not kept here.")
    tenant = context.current_or_none()
    return [_mail(message) for message in box.delivered(str(tenant.uuid) if tenant else "*")]


def _mail(message: EmailMessage) -> Mail:
    text = message.get_body(("plain",))
    return Mail(
        id=message["X-Stackroom-Message"],
        to=message["To"],
        sender=message["From"],
        subject=message["Subject"],
        date=message["Date"],
        text=text.get_content() if text else "",
    )
