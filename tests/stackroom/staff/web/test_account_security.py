"""The pages of a forgotten password, of one's devices, and of a colleague's account."""

import re
from typing import Any

import pytest

from config import Settings
from stackroom.notifications.mail import FolderMailer
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, visit

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "other quiet words"


@pytest.fixture
def box(settings: Settings) -> FolderMailer:
    return FolderMailer(settings.data_dir / "mail")


def path_in_mail(house: House, box: FolderMailer) -> str:
    house.deliver()
    newest = box.delivered(str(house.tenant.uuid))[0].get_body(("html",))
    assert newest
    found = re.search(r'href="[^"]+(/reset-password\?token=[^"]+)"', newest.get_content())
    assert found
    return found[1]


def choose(visitor: Visitor, path: str, password: str = NEW) -> Any:
    visitor.get(path)
    form = {"token": path.partition("=")[2], "new_password": password}
    return visitor.post("/reset-password", form)


def signs_in(house: House, role: str, password: str) -> bool:
    form = {"email": house.email(role), "password": password}
    return visit(house).post("/sign-in", form).status_code == 303


def staff_path(house: House, role: str) -> str:
    with house.work("admin"):
        return f"/staff/{house.account(role).id}"


class TestForgotten:
    def test_from_the_sign_in_page_by_mail_to_a_new_password(
        self, north: House, box: FolderMailer
    ) -> None:
        visitor = visit(north)
        assert 'href="/forgot-password"' in visitor.get("/sign-in").text
        assert visitor.get("/forgot-password").status_code == 200
        asked = visitor.post("/forgot-password", {"email": north.email("librarian")})
        assert "a link is on its way there" in asked.text
        path = path_in_mail(north, box)
        assert "Choose a new password" in visitor.get(path).text
        chosen = choose(visitor, path)
        assert (chosen.status_code, chosen.location) == (303, "/sign-in")
        assert "Your new password is saved" in visitor.get("/sign-in").text
        assert signs_in(north, "librarian", NEW)

    def test_looking_at_the_link_does_not_use_it_up(self, north: House, box: FolderMailer) -> None:
        visit(north).post("/forgot-password", {"email": north.email("librarian")})
        path = path_in_mail(north, box)
        for _ in range(3):
            assert visit(north).get(path).status_code == 200
        assert choose(visit(north), path).status_code == 303

    def test_a_link_that_is_over_leads_to_a_new_one(self, north: House, box: FolderMailer) -> None:
        visitor = visit(north)
        visitor.post("/forgot-password", {"email": north.email("librarian")})
        path = path_in_mail(north, box)
        choose(visitor, path)
        again = visitor.get(path)
        assert (again.status_code, again.location) == (303, "/forgot-password")
        assert "cannot be used any more" in visitor.get(again.location).text
        replayed = visitor.post("/reset-password", {"token": "x", "new_password": NEW})
        assert replayed.status_code == 422
        assert "Ask for a new link" in replayed.text

    def test_a_weak_password_is_refused_beside_its_field(
        self, north: House, box: FolderMailer
    ) -> None:
        visitor = visit(north)
        visitor.post("/forgot-password", {"email": north.email("librarian")})
        path = path_in_mail(north, box)
        for weak in ("short", "password1234", north.email("librarian")):
            refused = choose(visitor, path, weak)
            assert refused.status_code == 422, weak
            assert path.partition("=")[2] in refused.text  # the form can be sent again
        assert choose(visitor, path).status_code == 303

    def test_the_token_stays_on_this_host(self, north: House) -> None:
        answer = visit(north).get("/reset-password?token=x", follow_redirects=True)
        assert answer.headers["Referrer-Policy"] == "same-origin"

    def test_a_forged_form_is_refused(self, north: House) -> None:
        for path in ("/forgot-password", "/reset-password"):
            visitor = visit(north)
            assert visitor.request("POST", path, data={"email": "a@b.example"}).status_code == 400

    def test_a_link_names_the_stored_host_whatever_the_request_says(
        self, north: House, box: FolderMailer
    ) -> None:
        visitor = visit(north)
        headers = {"X-Forwarded-Host": "evil.example"}
        visitor.post("/forgot-password", {"email": north.email("admin")}, headers=headers)
        north.deliver()
        mail = box.delivered(str(north.tenant.uuid))[0].get_body(("plain",))
        assert mail
        assert "evil.example" not in mail.get_content()
        assert north.app.settings.origin(north.tenant.host) in mail.get_content()


class TestMyDevices:
    def test_the_page_names_the_program_and_how_it_signed_in(self, north: House) -> None:
        visitor = visit(north)
        form = {"email": north.email("librarian"), "password": PASSWORD}
        visitor.post("/sign-in", form, headers={"User-Agent": FIREFOX})
        page = visitor.get("/account").text
        assert "Firefox on Linux" in page
        assert "with password" in page
        assert "Last seen" in page

    def test_changing_the_password_tells_the_person(self, north: House, box: FolderMailer) -> None:
        form = {"old_password": PASSWORD, "new_password": NEW}
        visit(north, "librarian").post("/account/password", form)
        north.deliver()
        subjects = [m["Subject"] for m in box.delivered(str(north.tenant.uuid))]
        assert any("was changed" in subject for subject in subjects)


class TestAColleague:
    def test_an_admin_signs_them_out_from_their_page(self, north: House) -> None:
        admin, librarian = visit(north, "admin"), visit(north, "librarian")
        path = staff_path(north, "librarian")
        assert "Sign out everywhere" in admin.get(path).text
        done = admin.post(f"{path}/sessions/close")
        assert (done.status_code, done.location) == (303, path)
        assert "signed out everywhere" in admin.get(path).text
        assert librarian.get("/account").status_code == 303

    def test_an_admin_has_a_link_sent_from_their_page(
        self, north: House, box: FolderMailer
    ) -> None:
        admin, path = visit(north, "admin"), staff_path(north, "librarian")
        done = admin.post(f"{path}/password-reset")
        assert (done.status_code, done.location) == (303, path)
        assert choose(visit(north), path_in_mail(north, box)).status_code == 303
        assert signs_in(north, "librarian", NEW)

    def test_a_closed_account_is_offered_no_link(self, north: House) -> None:
        admin, path = visit(north, "admin"), staff_path(north, "librarian")
        north.api("admin").delete(f"/api/v1{path}")
        assert "Send a link" not in admin.get(path).text
        refused = admin.post(f"{path}/password-reset")
        assert refused.status_code == 409
        assert "closed" in refused.text

    @pytest.mark.parametrize("act", ["sessions/close", "password-reset"])
    def test_nobody_without_the_permission_may(self, north: House, act: str) -> None:
        path = staff_path(north, "admin")
        for role in ("librarian", "auditor", "patron"):
            assert visit(north, role).post(f"{path}/{act}").status_code == 403
        assert visit(north, "admin").post(f"{staff_path(north, 'patron')}/{act}").status_code == 404
