"""Signing up by page: from the form to the opened organisation."""

import re
import secrets
from pathlib import Path

import sqlalchemy as sa

from stackroom.core.database import db, transaction
from stackroom.core.http import Stackroom
from stackroom.testing.house import PASSWORD, House
from stackroom.testing.visitor import Visitor, on_platform, visit
from tenants import context
from tenants.models import Organisation


def form(slug: str, **changes: str) -> dict[str, str]:
    return {
        "name": "Lake Library",
        "slug": slug,
        "timezone": "Europe/Zurich",
        "admin_name": "Lea Lake",
        "admin_email": f"lea@{slug}.example",
        "password": PASSWORD,
        **changes,
    }


def new_slug() -> str:
    return f"lake-{secrets.token_hex(4)}"


def link_in_mail(app: Stackroom, slug: str) -> str:
    mails = (file.read_text() for file in Path(app.settings.data_dir, "mail").rglob("*.eml"))
    mail = next(mail for mail in mails if f"To: lea@{slug}.example" in mail)
    # quoted-printable: soft line ends, and "=" as =3D
    found = re.search(r"/verify\?token=(\S+)", mail.replace("=\n", "").replace("=3D", "="))
    assert found
    return found[0]


def deliver(app: Stackroom, slug: str) -> None:
    """As the worker would, for an organisation that is not open yet."""
    with app.app_context(), transaction(), context.unscoped("find who just signed up"):
        tenant = db.session.scalars(sa.select(Organisation).filter_by(slug=slug)).one().as_tenant()
    House(app, tenant).deliver()


def test_a_library_signs_up_follows_the_link_and_its_admin_signs_in(app: Stackroom) -> None:
    slug, visitor = new_slug(), on_platform(app)
    visitor.get("/sign-up")
    answer = visitor.post("/sign-up", form(slug))
    assert (answer.status_code, answer.location) == (303, "/sign-up/check-mail")
    assert f"lea@{slug}.example" in visitor.get(answer.location).text
    deliver(app, slug)
    link = link_in_mail(app, slug)
    assert "Open Lake Library" in visitor.get(link).text
    opened = visitor.post("/verify", {"token": link.partition("=")[2]})
    assert f"http://{slug}.stackroom.test/sign-in" in opened.text
    desk = Visitor(app.test_client(), f"{slug}.stackroom.test")
    desk.get("/sign-in")
    signed_in = desk.post("/sign-in", {"email": f"LEA@{slug}.example", "password": PASSWORD})
    assert signed_in.location == "/start"
    assert "Lea Lake" in desk.get("/start").text


def test_reading_the_link_opens_nothing(app: Stackroom) -> None:
    """Programs that scan mail fetch every link in it."""
    slug, visitor = new_slug(), on_platform(app)
    visitor.post("/sign-up", form(slug))
    deliver(app, slug)
    assert visitor.get(link_in_mail(app, slug)).status_code == 200
    assert Visitor(app.test_client(), f"{slug}.stackroom.test").get("/sign-in").status_code == 404


def test_all_faults_are_told_beside_their_fields_and_the_rest_is_kept(app: Stackroom) -> None:
    visitor = on_platform(app)
    faulty = form("Up", admin_email="nobody", password="short", name="")
    answer = visitor.post("/sign-up", faulty)
    assert answer.status_code == 422
    for field in ("name", "slug", "admin_email", "password"):
        assert re.search(rf'id="field-{field}-error">[^<]+<', answer.text), field
    assert 'value="Lea Lake"' in answer.text
    assert "short" not in answer.text


def test_a_taken_address_is_told_beside_its_field(app: Stackroom, north: House) -> None:
    answer = on_platform(app).post("/sign-up", form(north.tenant.slug))
    assert answer.status_code == 409
    assert re.search(r'id="field-slug-error">Another organisation', answer.text)


def test_a_damaged_link_says_what_to_do(app: Stackroom) -> None:
    answer = on_platform(app).get("/verify?token=nonsense")
    assert answer.status_code == 422
    assert "sign up again" in answer.text


def test_signing_up_is_no_page_of_an_organisation(north: House) -> None:
    assert visit(north).get("/sign-up").status_code == 404


def test_the_form_asks_the_browser_for_what_the_server_will_ask(app: Stackroom) -> None:
    page = on_platform(app).get("/sign-up").text
    slug = re.search(r'<input[^>]*name="slug"[^>]*>', page)
    assert slug
    for constraint in ('minlength="3"', 'maxlength="40"', 'data-validate="slug"', "required"):
        assert constraint in slug[0]
