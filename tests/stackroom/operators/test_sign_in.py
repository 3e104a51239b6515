"""The console opens to two factors, and no answer tells what was wrong."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from stackroom.core import clock
from stackroom.core.http import Stackroom
from stackroom.operators import accounts
from stackroom.operators.authentication import COOKIE
from stackroom.operators.models import Operator, OperatorAct, OperatorSession
from stackroom.staff.factors.codes import STEP
from stackroom.testing.console import Staffed, hire, platform
from stackroom.testing.house import PASSWORD, Answer, House
from stackroom.testing.visitor import Visitor, visit

NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)
CODE = re.compile(r"<code>([a-z2-7]{5}-[a-z2-7]{5})</code>")


def attempt(who: Staffed, visitor: Visitor | None = None, **changed: str) -> Answer:
    form = {"email": who.email, "password": PASSWORD, "code": who.code(), **changed}
    visitor = visitor or who.visitor()
    visitor.get("/console/sign-in")
    return visitor.post("/console/sign-in", form)


def words(answer: Answer) -> str:
    """The page without what differs from one to the next by design."""
    return re.sub(r'"[^"]*"', "", answer.text)


def test_password_and_code_together_open_the_console(mia: Staffed) -> None:
    visitor = mia.visitor()
    assert attempt(mia, visitor).location == "/console/organisations"
    assert visitor.get("/console/organisations").status_code == 200
    assert visitor.get("/").location == "/console/organisations"


def test_whatever_is_wrong_is_answered_alike(app: Stackroom, mia: Staffed) -> None:
    gone = hire(app, "Gone Gray")
    with platform(app):
        accounts.set_active(gone.email, active=False)
    answers = [
        attempt(mia, email="nobody@stackroom.example"),
        attempt(mia, password="another password"),
        attempt(mia, code="000000"),
        attempt(mia, code=""),
        attempt(gone),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({words(answer) for answer in answers}) == 1


def test_a_wrong_password_does_not_use_up_a_good_code(mia: Staffed) -> None:
    with clock.held_at(NOON):
        assert attempt(mia, password="another password").status_code == 401
        assert attempt(mia).status_code == 303


def test_a_code_serves_once_and_an_older_one_not_at_all(mia: Staffed) -> None:
    with clock.held_at(NOON):
        assert attempt(mia).status_code == 303
        assert attempt(mia).status_code == 401
        earlier = mia.code(NOON - timedelta(seconds=STEP))
        assert attempt(mia, code=earlier).status_code == 401
    with clock.held_at(NOON + timedelta(seconds=STEP)):
        assert attempt(mia).status_code == 303


@pytest.mark.parametrize("off", [-STEP, STEP])
def test_a_telephones_clock_may_be_off_by_one_step(mia: Staffed, off: int) -> None:
    with clock.held_at(NOON):
        assert attempt(mia, code=mia.code(NOON + timedelta(seconds=off))).status_code == 303


def test_a_code_of_two_steps_ago_is_too_old(mia: Staffed) -> None:
    with clock.held_at(NOON):
        old = mia.code(NOON - timedelta(seconds=2 * STEP))
        assert attempt(mia, code=old).status_code == 401


@pytest.mark.parametrize("known", [True, False], ids=["an operator", "nobody"])
def test_five_failures_lock_an_address_out_whether_somebody_has_it_or_not(
    app: Stackroom, known: bool
) -> None:
    who = hire(app)
    if not known:
        who.email = f"no-{who.email}"
    with clock.held_at(NOON):
        assert [attempt(who, code="000000").status_code for _ in range(5)] == [401] * 5
        locked = attempt(who)
        assert locked.status_code == 429
        assert 0 < int(locked.headers["Retry-After"]) <= 61


class TestFirstSignIn:
    def test_the_password_alone_leads_to_the_second_factor_and_nowhere_else(
        self, app: Stackroom
    ) -> None:
        new = hire(app, "Nils Ny", enrolled=False)
        visitor = new.visitor()
        assert attempt(new, visitor, code="").location == "/console/second-factor"
        assert visitor.get("/console/organisations").status_code == 403
        assert new.secret in visitor.get("/console/second-factor").text

        cookie = app.config[COOKIE]
        before = visitor.client.get_cookie(cookie, domain=visitor.host)
        wrong = visitor.post("/console/second-factor", {"code": "000000"})
        assert wrong.status_code == 422
        done = visitor.post("/console/second-factor", {"code": new.code()})
        after = visitor.client.get_cookie(cookie, domain=visitor.host)
        assert before
        assert after
        assert before.value != after.value
        assert len(CODE.findall(done.text)) == 10
        assert visitor.get("/console/organisations").status_code == 200
        assert visitor.get("/console/second-factor").status_code == 403, "the secret is not shown"

    def test_a_second_factor_that_nobody_sets_up_in_a_day_stays_closed(
        self, app: Stackroom
    ) -> None:
        new = hire(app, "Nils Ny", enrolled=False)
        with clock.held_at(clock.now() + timedelta(hours=25)):
            assert attempt(new, code="").status_code == 401

    def test_a_recovery_code_stands_in_for_the_telephone_once(self, app: Stackroom) -> None:
        new = hire(app, "Nils Ny", enrolled=False)
        visitor = new.visitor()
        attempt(new, visitor, code="")
        visitor.get("/console/second-factor")
        done = visitor.post("/console/second-factor", {"code": new.code()})
        code = CODE.findall(done.text)[0]
        assert attempt(new, code=code).status_code == 303
        assert attempt(new, code=code).status_code == 401

    def test_a_reset_closes_what_is_open_and_asks_for_a_new_secret(
        self, app: Stackroom, mia: Staffed
    ) -> None:
        visitor = mia.signed_in()
        with platform(app):
            accounts.reset_second_factor(mia.email, app.extensions["operator_seal"])
        assert visitor.get("/console/organisations").location == (
            "/console/sign-in?next=/console/organisations"
        )
        assert attempt(mia).location == "/console/second-factor"


class TestSessions:
    def test_end_after_half_an_hour_of_rest_and_eight_hours_of_work(self, mia: Staffed) -> None:
        with clock.held_at(NOON):
            visitor = mia.signed_in()
        for minutes in range(29, 480, 29):
            with clock.held_at(NOON + timedelta(minutes=minutes)):
                assert visitor.get("/console/acts").status_code == 200
        with clock.held_at(NOON + timedelta(hours=8)):
            assert visitor.get("/console/acts").status_code == 303

        with clock.held_at(NOON):
            resting = mia.signed_in()
        with clock.held_at(NOON + timedelta(minutes=30)):
            assert resting.get("/console/acts").status_code == 303

    def test_a_disabled_operator_is_out_at_once(self, app: Stackroom, mia: Staffed) -> None:
        visitor = mia.signed_in()
        with platform(app):
            accounts.set_active(mia.email, active=False)
            accounts.set_active(mia.email, active=True)  # what was open stays closed
        assert visitor.get("/console/acts").status_code == 303

    def test_signing_out_ends_the_session_itself(self, app: Stackroom, mia: Staffed) -> None:
        visitor = mia.signed_in()
        kept = visitor.client.get_cookie(app.config[COOKIE], domain=visitor.host)
        assert kept
        visitor.get("/console/acts")
        assert visitor.post("/console/sign-out").location == "/console/sign-in"
        visitor.client.set_cookie(app.config[COOKIE], kept.value, domain=visitor.host)
        assert visitor.get("/console/acts").status_code == 303

    def test_a_planted_cookie_is_replaced_at_sign_in(self, app: Stackroom, mia: Staffed) -> None:
        """Session fixation: what an attacker put there beforehand opens nothing afterwards."""
        visitor = mia.visitor()
        visitor.client.set_cookie(app.config[COOKIE], "planted", domain=visitor.host)
        assert attempt(mia, visitor).status_code == 303
        attacker = mia.visitor()
        attacker.client.set_cookie(app.config[COOKIE], "planted", domain=attacker.host)
        assert attacker.get("/console/acts").status_code == 303

    def test_the_cookie_is_its_own_and_leaves_no_trace_in_the_database(
        self, app: Stackroom, mia: Staffed
    ) -> None:
        answer = attempt(mia)
        header = next(h for h in answer.headers.getlist("Set-Cookie") if app.config[COOKIE] in h)
        assert app.config[COOKIE] != app.config["SIGN_IN_COOKIE"]
        assert "HttpOnly" in header
        assert "SameSite=Strict" in header
        secret = header.split("=", 1)[1].split(";")[0]
        with platform(app) as session:
            stored = session.scalars(sa.select(OperatorSession.token_hash)).all()
        assert secret not in stored


class TestHosts:
    def test_a_cookie_of_the_console_opens_no_organisation_and_the_reverse(
        self, app: Stackroom, mia: Staffed, north: House
    ) -> None:
        console, admin = mia.signed_in(), visit(north, "admin")
        mine = console.client.get_cookie(app.config[COOKIE], domain=console.host)
        theirs = admin.client.get_cookie(app.config["SIGN_IN_COOKIE"], domain=admin.host)
        assert mine
        assert theirs
        for name in (app.config["SIGN_IN_COOKIE"], app.config[COOKIE], "stackroom_support"):
            stranger = visit(north)
            stranger.client.set_cookie(name, mine.value, domain=stranger.host)
            assert stranger.get("/start").status_code == 303
            intruder = mia.visitor()
            intruder.client.set_cookie(name, theirs.value, domain=intruder.host)
            assert intruder.get("/console/acts").status_code == 303

    def test_a_bearer_token_of_an_admin_is_nobody_at_the_console(
        self, mia: Staffed, north: House
    ) -> None:
        token = {"Authorization": f"Bearer {north.api('admin').token}"}
        answer = mia.visitor().get("/console/acts", headers=token)
        assert answer.status_code == 401


def test_the_secret_is_unreadable_in_the_database(app: Stackroom, mia: Staffed) -> None:
    with platform(app) as session:
        sealed = session.scalars(
            sa.select(Operator.sealed_secret).where(Operator.email == mia.email)
        ).one()
    assert mia.secret not in sealed
    assert pyotp.TOTP(app.extensions["operator_seal"].open(sealed)).now() == mia.code()


def test_every_sign_in_and_failure_leaves_an_act(app: Stackroom, mia: Staffed) -> None:
    attempt(mia, code="000000")
    attempt(mia)
    with platform(app) as session:
        latest = sa.select(OperatorAct.act).order_by(OperatorAct.id.desc()).limit(2)
        assert session.scalars(latest).all() == ["signed_in", "sign_in_failed"]
