"""Closing and undoing it, by an admin at a browser without scripts."""

from stackroom.lifecycle import service
from stackroom.testing.ending import close, do, standing
from stackroom.testing.furnish import furnish
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import visit
from tenants.lifecycle import Status

CLOSING = "/organisation/closing"


def form(house: House, **changed: str) -> dict[str, str]:
    return {"reason": "moved", "slug": house.tenant.slug, "password": PASSWORD, **changed}


def test_an_admin_closes_and_undoes_it(north: House) -> None:
    admin = visit(north, "admin")
    assert f'href="{CLOSING}"' in admin.get("/organisation").text
    admin.get(CLOSING)
    answer = admin.post(CLOSING, form(north))
    assert (answer.status_code, answer.location) == (303, CLOSING)
    page = admin.get(CLOSING).text
    assert "30 days left" in page
    assert "moved" in page
    answer = admin.post("/organisation/reopen")
    assert (answer.status_code, answer.location) == (303, "/organisation")
    assert "nothing was deleted" in admin.get("/organisation").text
    assert standing(north).status is Status.ACTIVE


def test_what_will_be_deleted_is_counted(north: House) -> None:
    furnish(north)
    assert "2 titles" in visit(north, "admin").get(CLOSING).text


def test_slug_password_and_reason_are_asked_for(north: House) -> None:
    admin = visit(north, "admin")
    admin.get(CLOSING)
    for wrong, sentence in (
        ({"slug": "harbour"}, f"Type {north.tenant.slug} to confirm."),
        ({"password": "not this one"}, "This is not your password."),
        ({"reason": ""}, "reason"),
    ):
        answer = admin.post(CLOSING, form(north, **wrong))
        assert answer.status_code == 422
        assert sentence in answer.text
        assert PASSWORD not in answer.text
    assert standing(north).status is Status.ACTIVE


def test_guessing_the_password_locks_the_account_out(north: House) -> None:
    admin = visit(north, "admin")
    admin.get(CLOSING)
    for _ in range(5):
        admin.post(CLOSING, form(north, password="guess"))
    assert admin.post(CLOSING, form(north)).status_code == 429
    assert standing(north).status is Status.ACTIVE


def test_nobody_but_an_admin_may(north: House) -> None:
    for role in ("librarian", "auditor", "patron"):
        visitor = visit(north, role)
        assert visitor.get(CLOSING).status_code == 403
        assert visitor.post(CLOSING, form(north)).status_code == 403
        assert visitor.post("/organisation/reopen").status_code == 403


def test_undoing_what_is_not_closing_is_refused(north: House) -> None:
    admin = visit(north, "admin")
    admin.get(CLOSING)
    answer = admin.post("/organisation/reopen")
    assert answer.status_code == 409
    assert "active cannot be reopened" in answer.text


def test_everybody_who_signed_in_is_told_on_every_page_and_nobody_else(north: House) -> None:
    close(north, "moved to another town")
    for role, path in (("admin", "/staff"), ("librarian", "/patrons"), ("patron", "/me/loans")):
        page = visit(north, role).get(path).text
        assert "The organisation is closing" in page
        assert "moved to another town" in page
    stranger = visit(north).get("/catalogue").text
    assert "moved to another town" not in stranger
    assert "is closing" not in stranger


def test_a_suspended_organisation_can_be_closed_and_is_suspended_again_when_reopened(
    north: House,
) -> None:
    do(north, lambda: service.suspend("the invoice of May"))
    admin = visit(north, "admin")
    admin.get(CLOSING)
    assert admin.post(CLOSING, form(north)).status_code == 303
    assert "is suspended again" in admin.get(CLOSING).text
    assert admin.post("/organisation/reopen").status_code == 303
    assert standing(north).status is Status.SUSPENDED
    assert "the invoice of May" in admin.get("/organisation").text
