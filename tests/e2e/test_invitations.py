"""An admin invites, a colleague reads the mail, accepts, and is at work."""

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from stackroom.testing.browsing import People, grave_faults
from stackroom.testing.inviting import invitation_token
from stackroom.testing.serving import Served

pytestmark = pytest.mark.e2e
PASSWORD = "five blue lanterns"


def new_address(name: str) -> str:
    return f"{name}-{secrets.token_hex(3)}@north.example"


def invite(admin: Page, address: str) -> None:
    admin.goto("/staff")
    admin.get_by_role("link", name="Invite", exact=True).click()
    admin.get_by_label("E-mail").fill(address)
    admin.get_by_label("Name").fill("Mara Lind")
    row = admin.get_by_role("group", name="Role 1")
    row.get_by_label("Role").select_option("Librarian")
    admin.get_by_role("button", name="Invite").click()
    expect(admin.get_by_text(f"{address} gets a mail")).to_be_visible()


def test_a_colleague_is_invited_accepts_and_is_at_work(people: People, site: Served) -> None:
    admin, address = people.person("admin"), new_address("mara")
    invite(admin, address)
    token = invitation_token(site, "north", address)

    colleague = people.visitor("north")
    colleague.goto(f"/invitations/accept?token={token}")
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Work at North Library")
    expect(colleague.get_by_label("Your name")).to_have_value("Mara Lind")
    colleague.get_by_label("Password").fill(PASSWORD)
    colleague.get_by_role("button", name="Accept").click()
    expect(colleague.get_by_text("Welcome, Mara Lind")).to_be_visible()
    expect(colleague.get_by_role("link", name="Desk")).to_be_visible()

    admin.goto(f"/staff/invitations?q={address}")
    expect(admin.get_by_role("row", name=address)).to_contain_text("Accepted")

    late = people.visitor("north")
    answer = late.goto(f"/invitations/accept?token={token}")
    assert answer
    assert answer.status == 422
    expect(late.get_by_role("heading", level=1)).to_have_text("This invitation cannot be used")


def test_accepting_takes_no_mouse(people: People, site: Served) -> None:
    address = new_address("keys")
    invite(people.person("admin"), address)
    page = people.visitor("north")
    page.goto(f"/invitations/accept?token={invitation_token(site, 'north', address)}")
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Kim Keys")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Welcome, Kim Keys")).to_be_visible()


def test_sending_again_kills_the_first_link_and_revoking_the_second(
    people: People, site: Served
) -> None:
    admin, address = people.person("admin"), new_address("again")
    invite(admin, address)
    first = invitation_token(site, "north", address)
    row = admin.get_by_role("row", name=address)
    row.get_by_role("button", name="Send again").click()
    expect(admin.get_by_text(f"{address} gets a new link")).to_be_visible()
    guest = people.visitor("north")
    guest.goto(f"/invitations/accept?token={first}")
    expect(guest.get_by_role("heading", level=1)).to_have_text("This invitation cannot be used")

    row.locator("summary", has_text="Revoke").click()
    row.get_by_role("button", name="Revoke it").click()
    expect(admin.get_by_text("The invitation is revoked")).to_be_visible()
    expect(row).to_contain_text("Revoked")


def test_many_are_invited_and_each_line_is_answered(people: People, tmp_path: Path) -> None:
    admin, address = people.person("admin"), new_address("many")
    lines = f"email,name,roles\n{address},Mona Ny,librarian|auditor\nno address,,auditor\n"
    file = tmp_path / "people.csv"
    file.write_text(lines)
    admin.goto("/staff/invitations/bulk")
    admin.get_by_label("File").set_input_files(file)
    admin.get_by_label("Only try").check()
    admin.get_by_role("button", name="Invite", exact=True).click()
    expect(admin.get_by_text("1 of 2 would be invited; 1 refused.")).to_be_visible()
    admin.get_by_role("link", name="Try another file").click()
    admin.get_by_label("File").set_input_files(file)
    admin.get_by_role("button", name="Invite", exact=True).click()
    expect(admin.get_by_text("1 of 2 invited; 1 refused.")).to_be_visible()
    expect(admin.get_by_role("row", name="no address")).to_contain_text("Refused")
    assert grave_faults(admin) == []
    admin.set_viewport_size({"width": 360, "height": 740})
    assert admin.evaluate("document.documentElement.scrollWidth") <= 360
    with admin.expect_download() as started:
        admin.get_by_role("link", name="Download as CSV").click()
    kept = started.value.path().read_text(encoding="utf-8-sig")
    assert kept.splitlines()[0] == "line,email,name,roles,result,code,message"
    assert f"2,{address},Mona Ny,librarian;auditor,invited,," in kept
