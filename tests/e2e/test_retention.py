"""How long history is kept, in a browser: an admin holds it and lets go, an auditor reads."""

import pytest
from playwright.sync_api import expect

from stackroom.testing.browsing import People, grave_faults

pytestmark = pytest.mark.e2e


def test_an_admin_holds_history_and_an_auditor_sees_it(people: People) -> None:
    admin, auditor = people.person("admin"), people.person("auditor")
    admin.goto("/audit/retention")
    admin.get_by_label("Years at hand").fill("9")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("The history of 9 years stays at hand.")).to_be_visible()

    admin.get_by_text("Hold history", exact=True).first.click()
    asked = admin.get_by_role("dialog", name="Put history on legal hold?")
    asked.get_by_label("Reason").fill("Northgate v. Library")
    asked.get_by_role("button", name="Hold it").click()
    expect(admin.get_by_text("History is on legal hold: no year moves")).to_be_visible()
    assert grave_faults(admin) == []

    auditor.goto("/audit/retention")
    expect(auditor.get_by_text("Northgate v. Library")).to_be_visible()
    expect(auditor.get_by_text("Lift the hold")).to_have_count(0)

    admin.get_by_text("Lift the hold", exact=True).first.click()
    asked = admin.get_by_role("dialog", name="Lift the legal hold?")
    asked.get_by_label("Reason").fill("Settled out of court")
    asked.get_by_role("button", name="Lift it").click()
    expect(admin.get_by_text("The legal hold is lifted.")).to_be_visible()
    auditor.goto("/audit?action=audit.released")
    expect(auditor.get_by_role("list", name="Audit entries")).to_contain_text(
        "Settled out of court"
    )


def test_a_refused_number_is_explained_beside_the_field(people: People) -> None:
    admin = people.person("admin")
    admin.goto("/audit/retention")
    years = admin.get_by_label("Years at hand")
    years.evaluate("field => { field.min = 1; field.form.noValidate = true }")
    years.fill("1")
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator("main")).to_contain_text("the least that are kept here")
