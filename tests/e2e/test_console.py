"""Operators at their console, and in an organisation that lets them in."""

import re
import secrets
import subprocess

import pyotp
import pytest
from playwright.sync_api import Page, expect

from stackroom.demo import OPERATOR
from stackroom.testing.browsing import People, grave_faults, sign_in
from stackroom.testing.serving import STACKROOM, Served, environment

pytestmark = pytest.mark.e2e


def open_north(people: People) -> Page:
    page = people.operator()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisations")
    page.get_by_label("Name or address").fill("north")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="North Library").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North Library")
    return page


def test_an_operator_suspends_with_a_reason_that_admins_see_and_resumes(people: People) -> None:
    operator, admin = open_north(people), people.person("admin")
    operator.get_by_text("Suspend", exact=True).first.click()
    dialog = operator.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Unpaid since May")
    dialog.get_by_role("button", name="Suspend").click()
    expect(operator.get_by_text("North Library is read-only now")).to_be_visible()
    try:
        admin.goto("/start")
        expect(admin.get_by_role("alert").or_(admin.get_by_role("main"))).to_contain_text(
            "Unpaid since May"
        )
    finally:  # the other tests work on the same north
        operator.get_by_role("button", name="Resume").click()
    expect(operator.get_by_text("North Library can write again")).to_be_visible()
    admin.goto("/audit?action=organisation.suspended")
    newest = admin.get_by_role("list", name="Audit entries").get_by_role("listitem").first
    expect(newest).to_contain_text("Operator Mia Holt (Stackroom)")
    operator.get_by_role("link", name="Operators’ acts").click()
    acts = operator.get_by_role("list", name="Acts of operators")
    expect(acts.get_by_role("listitem").filter(has_text="Unpaid since May").first).to_be_visible()


def test_support_comes_in_by_consent_reads_and_leaves_both_names(people: People) -> None:
    admin = people.person("admin")
    admin.goto("/support-access")
    admin.get_by_role("link", name="Let support in").first.click()
    admin.get_by_label("What it is for").fill("The import stalls")
    admin.get_by_role("button", name="Let support in").click()
    expect(admin.get_by_role("row").filter(has_text="The import stalls").first).to_contain_text(
        "Not yet"
    )

    support = open_north(people)
    support.get_by_role("button", name="Enter").click()
    support.get_by_role("link", name="Go in as support").click()
    expect(support.get_by_role("heading", level=1)).to_have_text("You are in as support")
    banner = support.get_by_role("complementary", name="Support access")
    expect(banner).to_contain_text("let in by Anna Berg until")
    assert grave_faults(support) == []
    support.set_viewport_size({"width": 360, "height": 740})
    assert support.evaluate("document.documentElement.scrollWidth") <= 360
    support.set_viewport_size({"width": 1280, "height": 720})

    support.get_by_role("link", name="Patrons").click()
    expect(banner).to_be_visible()
    expect(support.get_by_role("link", name=re.compile("^New|Register"))).to_have_count(0)
    origin = people.served.origin("north")
    refused = support.goto(f"{origin}/patrons/new")
    assert refused
    assert refused.status == 403
    support.goto(f"{origin}/support")
    banner.get_by_role("button", name="End").click()
    expect(support).to_have_title("Sign in · North Library")

    admin.goto("/audit?actor=Mia")
    trail = admin.get_by_role("list", name="Audit entries")
    expect(trail).to_contain_text(
        "Mia Holt (Stackroom support), let in by Anna Berg, looked at /patrons"
    )
    expect(trail).to_contain_text("left the organisation")
    admin.goto("/support-access")
    expect(admin.get_by_role("row").filter(has_text="The import stalls").first).to_contain_text(
        "Mia Holt"
    )
    admin.get_by_text("End", exact=True).first.click()
    admin.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(admin.get_by_text("The support access is over")).to_be_visible()


def test_a_new_operator_sets_up_a_second_factor_before_anything_else(
    people: People, site: Served
) -> None:
    email, password = f"nils-{secrets.token_hex(3)}@stackroom.example", "a lamp on the stairs"
    command = [*STACKROOM, "operator", "add", email, "--name", "Nils Ny", "--password", password]
    subprocess.run(command, env=environment(site.log.parent), check=True, capture_output=True)

    page = people.visitor("console")
    page.goto("/console/sign-in")
    sign_in(page, email, password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your second factor")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert grave_faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    secret = page.locator("code").inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    expect(page.locator("code")).to_have_count(10)
    recovery = page.locator("code").first.inner_text()
    page.get_by_role("link", name="Go on to the console").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisations")

    page.get_by_role("button", name="Menu").click()
    page.get_by_text("Nils Ny").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Code").fill(recovery)
    sign_in(page, email, password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisations")


def test_the_demo_operator_is_none_of_an_organisations_people(people: People) -> None:
    page = people.visitor("north")
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(OPERATOR)
    page.get_by_label("Password").fill("try out stackroom")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("do not fit together").first).to_be_visible()
