"""The pages of access reviews, without a browser."""

import re

from stackroom.staff.reviews import documents
from stackroom.testing.house import House
from stackroom.testing.reviews import Campaign
from stackroom.testing.visitor import Visitor, visit

PERSON = re.compile(r'id="(person-[^"]+)"')
FORM = {"name": "Spring review", "about": "everybody", "unanswered": "revoke"}


def begin(campaign: Campaign, **chosen: object) -> tuple[Visitor, str]:
    visitor = visit(campaign.house, "admin")
    form = {**FORM, "due_on": campaign.day(7).isoformat(), **chosen}
    answer = visitor.post("/staff/reviews/new", form)
    assert answer.status_code == 303, answer.text
    campaign.id = answer.location.rpartition("/")[2]
    return visitor, answer.location


def test_without_a_review_the_page_says_what_one_is_for(campaign: Campaign) -> None:
    page = visit(campaign.house, "admin").get("/staff/reviews").text
    assert "No review yet" in page
    assert 'href="/staff/reviews/new"' in page
    assert "Start a review" not in visit(campaign.house, "auditor").get("/staff/reviews").text


def test_a_review_is_started_and_listed(campaign: Campaign) -> None:
    form = visit(campaign.house, "admin").get("/staff/reviews/new").text
    assert "Branch manager" in form
    visitor, page = begin(campaign, reminder_days=["7", "1"])
    shown = visitor.get(page).text
    assert "0 of 4 roles are answered" in shown
    assert "each admin" in shown
    assert "Spring review" in visitor.get("/staff/reviews").text
    assert campaign.show()["reminder_days"] == [7, 1]


def test_no_box_that_is_ticked_means_no_reminder(campaign: Campaign) -> None:
    begin(campaign)
    assert campaign.show()["reminder_days"] == []


def test_what_cannot_be_reviewed_is_shown_again_with_its_remedy(campaign: Campaign) -> None:
    visitor = visit(campaign.house, "admin")
    form = {**FORM, "due_on": campaign.day(7).isoformat(), "about": "role"}
    answer = visitor.post("/staff/reviews/new", form)
    assert answer.status_code == 422
    assert "Choose the role that this review asks about." in answer.text
    assert 'value="Spring review"' in answer.text


def test_a_role_is_confirmed_and_one_withdrawn_with_notes(campaign: Campaign) -> None:
    visitor, page = begin(campaign)
    lines = campaign.lines()
    kept, taken = lines["auditor auditor"], lines["librarian librarian"]
    answer = visitor.post(
        f"{page}/lines/{kept['id']}?state=open",
        {"decision": "confirmed", "note": "Every <month>."},
    )
    assert answer.location.endswith(f"{page}?state=open#person-{kept['account_id']}")
    visitor.post(f"{page}/lines/{taken['id']}", {"decision": "withdrawn", "note": ""})
    shown = visitor.get(page).text
    assert "2 of 4 roles are answered" in shown
    assert "Every &lt;month&gt;." in shown
    assert campaign.roles("librarian") == ()


def test_all_of_a_person_is_confirmed_at_once(campaign: Campaign) -> None:
    campaign.person("carl", "librarian", "auditor", "cataloguer")
    visitor, page = begin(campaign)
    carl = campaign.account_id("carl")
    staff = f"/api/v1/staff/{carl}"
    campaign.api().patch(staff, json={"roles": ["librarian", "auditor"]})
    assert "Confirm all of Carl" in visitor.get(page).text
    done = visitor.post(f"{page}/people/{carl}/confirm", {}, follow_redirects=True).text
    assert "2 roles are confirmed." in done
    states = campaign.states()
    assert (states["carl librarian"], states["carl auditor"]) == ("confirmed", "confirmed")
    assert states["carl cataloguer"] == "open"  # gone meanwhile, so there was nothing to confirm
    assert "Gone: taken meanwhile" in visitor.get(page).text
    told = campaign.told("access_review.decided")
    assert {each["role"] for each in told} == {"Librarian", "Auditor"}


def test_nobody_confirms_themself_or_a_stranger(campaign: Campaign, harbour: House) -> None:
    visitor, page = begin(campaign)
    own = f"{page}/people/{campaign.account_id('admin')}/confirm"
    assert visitor.post(own).status_code == 403
    assert "These are your own roles" in visitor.get(page).text
    with harbour.work("admin"):
        stranger = harbour.account("librarian").id
    assert visitor.post(f"{page}/people/{stranger}/confirm").status_code == 404
    assert set(campaign.states().values()) == {"open"}


def test_a_refusal_says_what_to_do(campaign: Campaign) -> None:
    visitor, page = begin(campaign)
    line = campaign.lines()["librarian librarian"]["id"]
    campaign.api().patch(
        f"/api/v1/staff/{campaign.account_id('librarian')}", json={"roles": ["auditor"]}
    )
    answer = visitor.post(f"{page}/lines/{line}", {"decision": "withdrawn"})
    assert answer.status_code == 409
    assert "not what it was when the review began" in answer.text


def test_it_is_closed_and_its_report_downloaded(campaign: Campaign) -> None:
    visitor, page = begin(campaign, unanswered="keep")
    assert "The review is not over" in visitor.get(f"{page}/report").text
    done = visitor.post(f"{page}/close", {}, follow_redirects=True).text
    assert "the report is ready" in done
    assert "Kept: no answer" in done
    report = visit(campaign.house, "auditor").get(f"{page}/report").text
    assert "Open → Kept: no answer" in report
    signed = visitor.get(f"{page}/report.json")
    assert signed.headers["Content-Disposition"].startswith("attachment; filename=")
    assert b'"signature"' in signed.data
    assert documents.KIND.encode() in signed.data
    assert visitor.get(f"{page}/report.csv").text.count("\r\n") == 5


def test_it_is_cancelled_with_a_reason(campaign: Campaign) -> None:
    visitor, page = begin(campaign)
    assert visitor.post(f"{page}/cancel", {"reason": ""}).status_code == 422
    done = visitor.post(f"{page}/cancel", {"reason": "Wrong date."}, follow_redirects=True).text
    assert "Wrong date." in done
    assert "Close now" not in done


def test_auditors_look_and_others_do_not(campaign: Campaign) -> None:
    _, page = begin(campaign)
    auditor = visit(campaign.house, "auditor")
    shown = auditor.get(page).text
    assert "Withdraw it" not in shown
    assert "Close now" not in shown
    assert auditor.post(f"{page}/close").status_code == 403
    assert visit(campaign.house, "librarian").get(page).status_code == 403
    assert visit(campaign.house).get(page).status_code == 303


def test_an_only_admin_sees_that_they_decide_about_themself(north: House) -> None:
    alone = Campaign(north)
    visitor, page = begin(alone)
    line = alone.lines()["admin admin"]["id"]
    visitor.post(f"{page}/lines/{line}", {"decision": "confirmed"})
    assert "Decided about themself, as the only admin" in visitor.get(page).text


def test_people_come_on_pages(campaign: Campaign) -> None:
    visitor, page = begin(campaign)
    first = visitor.get(f"{page}?per_page=2").text
    second = visitor.get(f"{page}?per_page=2&page=2").text
    assert [shown.count('id="person-') for shown in (first, second)] == [2, 2]
    assert set(PERSON.findall(first)).isdisjoint(PERSON.findall(second))
    assert "No role is in this state" in visitor.get(f"{page}?state=withdrawn").text
