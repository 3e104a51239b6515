"""Mail leaves through SMTP, or as .eml files in a folder where no server is set."""

import shutil
import smtplib
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from config import Settings
from tenants import context

ORGANISATION, PLATFORM = "X-Stackroom-Organisation", "platform"


class ForeignMail(Exception):
    """A mail of another organisation was about to be sent."""


def check(message: EmailMessage) -> None:
    """Raises NoTenant or ForeignMail."""
    if message[ORGANISATION] not in (str(context.current().uuid), PLATFORM):
        raise ForeignMail(message["X-Stackroom-Message"])


class Mailer(Protocol):
    def deliver(self, message: EmailMessage) -> None: ...

    def left(self, tenant: str) -> int:
        """How many mails of an organisation are kept here."""

    def delete_all(self, tenant: str) -> int:
        """How many there were."""


class FolderMailer:
    """Each organisation's mail lies in a folder of its own: nobody's is read to find another's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage) -> None:
        check(message)
        folder = self.folder / message[ORGANISATION]
        folder.mkdir(parents=True, exist_ok=True)
        name = message["X-Stackroom-Message"] + ".eml"  # a second delivery writes the same file
        (folder / name).write_bytes(message.as_bytes())

    def delivered(self, tenant: str = "*") -> list[EmailMessage]:
        """Newest first; by default everybody's, and the platform's."""
        parse = BytesParser(EmailMessage, policy=policy.default).parsebytes
        files = sorted(self._files(tenant), key=lambda file: file.stat().st_mtime_ns)
        return [parse(file.read_bytes()) for file in reversed(files)]

    def left(self, tenant: str) -> int:
        return len(self._files(tenant))

    def delete_all(self, tenant: str) -> int:
        files = self._files(tenant)
        shutil.rmtree(self.folder / tenant, ignore_errors=True)
        return len(files)

    def _files(self, tenant: str) -> list[Path]:
        return list(self.folder.glob(f"{tenant}/*.eml"))


class SmtpMailer:
    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def deliver(self, message: EmailMessage) -> None:
        check(message)
        connect = smtplib.SMTP_SSL if self.url.scheme == "smtps" else smtplib.SMTP
        with connect(self.url.hostname or "localhost", self.url.port or 0, timeout=20) as server:
            if self.url.scheme == "smtp+tls":
                server.starttls()
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)

    def left(self, tenant: str) -> int:
        return 0  # what is sent is not here any more

    def delete_all(self, tenant: str) -> int:
        return 0


def mailer(settings: Settings) -> Mailer:
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url)
    return FolderMailer(settings.data_dir / "mail")


def compose(
    message_id: UUID,
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    html: str,
    platform: str = "",
) -> EmailMessage:
    """A mail of the open organisation. `message_id` names the outbox message, so that a repeated
    delivery can be known as one. Mail programs show `html` where they can; `text` says the same.
    `platform`: why it is none of the organisation's, and outlives it.

    Raises NoTenant.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(str(message_id), domain="stackroom")
    message["X-Stackroom-Message"] = str(message_id)
    message[ORGANISATION] = PLATFORM if platform else str(context.current().uuid)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
