"""The pages of invitations, as a browser without scripts sees them."""

import re
from io import BytesIO
from urllib.parse import unquote

from stackroom.testing.house import PASSWORD, House
from stackroom.testing.inviting import ACCEPTS, COLLEAGUE, Inviting
from stackroom.testing.visitor import visit

FORM = {"email": COLLEAGUE["email"], "name": COLLEAGUE["name"], "role": ["librarian"]}
"""As the page sends it: a row a role."""


def test_staff_lead_to_inviting_first(north: House) -> None:
    page = visit(north, "admin").get("/staff").text
    assert page.index("/staff/invitations/new") < page.index('"/staff/new"')
    assert "/staff/invitations" in visit(north, "auditor").get("/staff").text
    assert "/staff/invitations/new" not in visit(north, "auditor").get("/staff").text


def test_an_empty_list_says_what_to_do(north: House) -> None:
    page = visit(north, "admin").get("/staff/invitations").text
    assert "Nobody is invited" in page
    assert "Invite somebody" in page
    assert "Invite somebody" not in visit(north, "auditor").get("/staff/invitations").text
    assert visit(north, "librarian").get("/staff/invitations").status_code == 403
    nothing = visit(north, "admin").get("/staff/invitations?q=nobody").text
    assert "No invitation fits" in nothing


def test_somebody_is_invited_accepts_and_is_signed_in(inviting: Inviting) -> None:
    admin = visit(inviting.house, "admin")
    assert admin.get("/staff/invitations/new").status_code == 200
    answer = admin.post("/staff/invitations/new", {**FORM, "name": ""})
    assert (answer.status_code, answer.location) == (303, "/staff/invitations")
    assert "gets a mail with a link" in admin.get("/staff/invitations").text

    colleague = visit(inviting.house)
    path = f"/invitations/accept?token={inviting.token()}"
    page = colleague.get(path).text
    assert "Ada Admin invites you." in page
    assert "Catalogues, lends, and looks after patrons." in page
    form = {**ACCEPTS, "token": path.partition("=")[2]}
    answer = colleague.post("/invitations/accept", form)
    assert (answer.status_code, answer.location) == (303, "/start")
    assert "Welcome, Carl Holm" in colleague.get("/start").text
    assert "Accepted" in admin.get("/staff/invitations").text


def test_looking_changes_nothing(inviting: Inviting) -> None:
    """Programs that scan mail fetch every link in it."""
    made = inviting.invited()
    path = f"/invitations/accept?token={inviting.token()}"
    for _ in range(3):
        assert visit(inviting.house).get(path).status_code == 200
    assert inviting.state(made) == "pending"


def test_one_page_for_every_link_that_does_not_serve(inviting: Inviting, harbour: House) -> None:
    inviting.invited()
    token = inviting.token()
    assert inviting.accept(token).status_code == 201
    pages = [
        visit(house).get(f"/invitations/accept?token={wrong}")
        for house in (inviting.house, harbour)
        for wrong in (token, "x", "")
    ]
    assert {page.status_code for page in pages} == {422}
    assert all("This invitation cannot be used" in page.text for page in pages)
    assert all("If you have used it, sign in" in page.text for page in pages)


def test_a_refused_form_keeps_the_name_and_the_link(inviting: Inviting) -> None:
    inviting.invited()
    token, colleague = inviting.token(), visit(inviting.house)
    colleague.get(f"/invitations/accept?token={token}")
    form = {"token": token, "name": "Carl", "password": "password1234"}
    answer = colleague.post("/invitations/accept", form)
    assert answer.status_code == 422
    assert 'value="Carl"' in answer.text
    assert re.search(r'id="field-password-error">[^<]+<', answer.text)
    answer = colleague.post("/invitations/accept", {**form, "password": ACCEPTS["password"]})
    assert answer.location == "/start"


def test_accepting_signs_out_whoever_used_the_browser_before(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    shared = visit(inviting.house, "admin")
    shared.get(f"/invitations/accept?token={token}")
    shared.post("/invitations/accept", {**ACCEPTS, "token": token})
    assert "Carl Holm" in shared.get("/start").text
    signed_out = inviting.events("auth.signed_out")
    assert [event["subject"]["label"] for event in signed_out] == ["Ada Admin"]


def test_accepting_takes_a_form_of_our_own(inviting: Inviting) -> None:
    inviting.invited()
    forged = inviting.house.anonymous().post(
        "/invitations/accept", data={**ACCEPTS, "token": inviting.token()}
    )
    assert forged.status_code == 400
    assert inviting.house.api("admin").get("/api/v1/staff").json["total"] == 3


def test_what_is_refused_stands_beside_the_field(inviting: Inviting) -> None:
    admin = visit(inviting.house, "admin")
    taken = {**FORM, "email": inviting.house.email("patron")}
    answer = admin.post("/staff/invitations/new", taken)
    assert answer.status_code == 409
    assert re.search(r'id="field-email-error">Somebody in this organisation', answer.text)
    answer = admin.post("/staff/invitations/new", {**FORM, "role": []})
    assert re.search(r'id="field-roles-error">[^<]+<', answer.text)


def test_sending_again_and_revoking(inviting: Inviting) -> None:
    made = inviting.invited()
    admin = visit(inviting.house, "admin")
    admin.post(f"/staff/invitations/{made}/resend")
    assert "gets a new link" in admin.get("/staff/invitations").text
    admin.post(f"/staff/invitations/{made}/revoke")
    assert "its link serves no more" in admin.get("/staff/invitations?state=revoked").text
    assert inviting.state(made) == "revoked"
    assert admin.post(f"/staff/invitations/{made}/revoke").status_code == 409


def test_many_are_invited_and_the_result_can_be_kept(inviting: Inviting) -> None:
    admin = visit(inviting.house, "admin")
    assert "librarian|auditor" in admin.get("/staff/invitations/bulk").text
    file = b"email,name,roles\neva@x.example,=1+1,auditor\nbad,,auditor\n"

    def send(**more: str) -> str:
        form = {"file": (BytesIO(file), "people.csv"), **more}
        answer = admin.post("/staff/invitations/bulk", form)
        assert answer.status_code == 200
        return answer.text

    assert "1 of 2 would be invited; 1 refused." in send(dry_run="true")
    page = send()
    assert "1 of 2 invited; 1 refused." in page
    kept = re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', page)
    assert kept
    assert "2,eva@x.example,'=1+1,auditor,invited,," in unquote(kept[1])


def test_a_file_that_cannot_be_read_is_told_beside_the_field(inviting: Inviting) -> None:
    admin = visit(inviting.house, "admin")
    admin.get("/staff/invitations/bulk")
    form = {"file": (BytesIO(b"name\nEva\n"), "people.csv")}
    answer = admin.post("/staff/invitations/bulk", form)
    assert answer.status_code == 422
    assert "is not there" in answer.text
    assert admin.post("/staff/invitations/bulk", {}).status_code == 422


def test_nobody_accepts_for_an_account_that_is_there(inviting: Inviting) -> None:
    inviting.invited()
    token = inviting.token()
    person = {**COLLEAGUE, "password": PASSWORD}
    inviting.house.api("admin").post("/api/v1/staff", json=person)
    colleague = visit(inviting.house)
    colleague.get(f"/invitations/accept?token={token}")
    answer = colleague.post("/invitations/accept", {**ACCEPTS, "token": token})
    assert answer.status_code == 409
    assert "signs in with this e-mail address already" in answer.text
