"""Mail as it is composed, kept in a folder, and shown while developing."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from config import Settings
from stackroom.core.http import Stackroom
from stackroom.notifications import mail
from stackroom.notifications.mail import FolderMailer, ForeignMail
from stackroom.testing.house import House, open_house
from stackroom.testing.second import second_app
from stackroom.testing.visitor import on_platform, visit
from tenants import context
from tenants.errors import NoTenant

FIRST, SECOND = UUID(int=1), UUID(int=2)


@contextmanager
def in_development(settings: Settings, **changes: object) -> Iterator[Stackroom]:
    with second_app(settings, environment="development", **changes) as made:
        yield made


@pytest.fixture
def development(settings: Settings, tmp_path: Path) -> Iterator[Stackroom]:
    with in_development(settings, data_dir=tmp_path) as made:
        yield made


def compose(message_id: UUID = FIRST, subject: str = "Öffnen") -> EmailMessage:
    return mail.compose(
        message_id, sender="Stackroom <no-reply@x.example>", to="lea@x.example",
        subject=subject, text="Hello\n", html="<p>Hello</p>",
    )  # fmt: skip


@pytest.fixture
def for_north(north: House) -> Iterator[None]:
    with context.acting_for(north.tenant):
        yield


def test_no_mail_is_written_or_sent_for_nobody(for_north: None, tmp_path: Path) -> None:
    written = compose()
    with context.acting_for(None):
        with pytest.raises(NoTenant):
            compose()
        with pytest.raises(NoTenant):
            FolderMailer(tmp_path).deliver(written)


def test_a_mail_of_another_organisation_does_not_leave(
    harbour: House, for_north: None, tmp_path: Path
) -> None:
    written = compose()
    with context.acting_for(harbour.tenant), pytest.raises(ForeignMail):
        FolderMailer(tmp_path).deliver(written)


def test_a_message_has_a_text_and_a_page(for_north: None) -> None:
    parts = [part.get_content_type() for part in compose().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_a_second_delivery_of_a_message_is_no_second_mail(for_north: None, tmp_path: Path) -> None:
    box = FolderMailer(tmp_path)
    for message_id in (FIRST, FIRST, SECOND):
        box.deliver(compose(message_id))
    assert len(box.delivered()) == 2


def test_the_folder_is_read_newest_first(for_north: None, tmp_path: Path) -> None:
    box = FolderMailer(tmp_path)
    for age, (message_id, subject) in enumerate([(SECOND, "new"), (FIRST, "old")]):
        box.deliver(compose(message_id, subject))
        (file,) = tmp_path.glob(f"*/{message_id}.eml")
        os.utime(file, (1000 - age, 1000 - age))
    assert [message["Subject"] for message in box.delivered()] == ["new", "old"]


def test_the_link_leads_to_the_stored_host_and_is_in_both_parts(development: Stackroom) -> None:
    house = open_house(development, "north")
    house.deliver()
    box = FolderMailer(development.settings.data_dir / "mail")
    (message,) = box.delivered()
    links = [
        re.search(r"http://stackroom\.test/verify\?token=[\w.-]+", body.get_content())
        for kind in ("plain", "html")
        if (body := message.get_body((kind,)))
    ]
    assert len(links) == 2
    assert all(links)
    assert len({link[0] for link in links if link}) == 1
    assert message["To"] == house.email("admin")


def test_the_name_of_an_organisation_is_text_in_the_mails_page(development: Stackroom) -> None:
    page = development.jinja_env.get_template("staff/mail/verify.html")
    words = {"name": "<b>", "organisation": "<script>", "link": "http://x", "address": "http://y"}
    assert "<script>" not in page.render(words)


def test_mails_are_read_on_the_platform_and_by_their_organisation(
    development: Stackroom,
) -> None:
    north, harbour = (open_house(development, name) for name in ("north", "harbour"))
    for house in (north, harbour):
        house.deliver()
    everywhere = on_platform(development).get("/dev/mail.json").json["items"]
    assert [item["to"] for item in everywhere] == [harbour.email("admin"), north.email("admin")]
    ours = visit(north).get("/dev/mail.json").json["items"]
    assert [item["to"] for item in ours] == [north.email("admin")]
    assert "/verify?token=" in ours[0]["text"]


def test_the_link_can_be_followed_from_the_page(development: Stackroom) -> None:
    house = open_house(development, "north")
    assert "No mail yet" in visit(house).get("/dev/mail").text
    house.deliver()
    page = visit(house).get("/dev/mail").text
    assert re.search(r'<a href="http://stackroom\.test/verify\?token=[^"]+"', page)


def test_outside_development_there_is_no_such_address(app: Stackroom, north: House) -> None:
    assert not [rule for rule in app.url_map.iter_rules() if "/dev" in rule.rule]
    for path in ("/dev/mail", "/dev/mail.json"):
        assert visit(north).get(path).status_code == 404
        assert on_platform(app).get(path).status_code == 404


def test_a_server_that_mails_keeps_nothing_to_read(settings: Settings) -> None:
    with in_development(settings, smtp_url="smtp://127.0.0.1:1025") as sending:
        assert on_platform(sending).get("/dev/mail").status_code == 404
