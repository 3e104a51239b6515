"""Mail leaves through SMTP, or as .eml files in a folder where no server is set."""

import smtplib
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from config import Settings


class Mailer(Protocol):
    def deliver(self, message: EmailMessage) -> None: ...

    def left(self, tenant: str) -> int:
        """How many mails of an organisation are kept here."""

    def delete_all(self, tenant: str) -> int:
        """How many there were."""


class FolderMailer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["X-Stackroom-Message"] + ".eml"  # a second delivery writes the same file
        (self.folder / name).write_bytes(message.as_bytes())

    def delivered(self) -> list[EmailMessage]:
        """Newest first."""
        parse = BytesParser(EmailMessage, policy=policy.default).parsebytes
        files = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [parse(file.read_bytes()) for file in reversed(files)]

    def left(self, tenant: str) -> int:
        return len(self._files_of(tenant))

    def delete_all(self, tenant: str) -> int:
        files = self._files_of(tenant)
        for file in files:
            file.unlink(missing_ok=True)
        return len(files)

    def _files_of(self, tenant: str) -> list[Path]:
        read = BytesHeaderParser(policy=policy.default).parsebytes
        return [
            file
            for file in self.folder.glob("*.eml")
            if read(file.read_bytes())["X-Stackroom-Organisation"] == tenant
        ]


class SmtpMailer:
    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def deliver(self, message: EmailMessage) -> None:
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
    message_id: UUID, *, sender: str, to: str, subject: str, text: str, html: str, tenant: str
) -> EmailMessage:
    """`message_id` names the outbox message, so that a repeated delivery can be known as one.
    Mail programs show `html` where they can; `text` says the same."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(str(message_id), domain="stackroom")
    message["X-Stackroom-Message"] = str(message_id)
    message["X-Stackroom-Organisation"] = tenant
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message
