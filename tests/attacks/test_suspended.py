"""An organisation is suspended. Its people still hold tokens and cookies of before: they may read
all of it, and change nothing by any route that there is."""

import pytest

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import House, open_house
from stackroom.testing.isolation.asking import Asker, Values, own_values, role_for
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.snapshot import snapshot
from stackroom.testing.isolation.ways import Way

READ_ONLY = 403
ON_THE_WAY_BACK = {"/invitations/accept", "/sign-in/callback"}
"""Followed from a mail, or from a provider at which a sign-in is under way."""
Plan = list[tuple[Way, Values]]


@pytest.fixture(scope="module")
def house(app: Stackroom) -> House:
    found = open_house(app, "north")
    furnish_every_table(found)
    return found


@pytest.fixture(scope="module")
def asker(house: House, ways: list[Way]) -> Asker:
    """Its tokens are of before the suspension."""
    found = Asker(house)
    for way in ways:
        found.apis.setdefault(role_for(way), house.api(role_for(way)))
    return found


@pytest.fixture(scope="module")
def plan(house: House, asker: Asker, ways: list[Way]) -> Plan:
    """Everything that is named must be there before nothing can be made any more."""
    found = [(way, own_values(house, way)) for way in ways]
    house.suspend()
    return found


def serves_once(way: Way) -> bool:
    """A link out of a mail or from the console, which is not there to be followed."""
    if way.rule.rule in ON_THE_WAY_BACK:
        return True
    return way.access.permission is None and bool(way.access.writes)


def is_told(text: str) -> bool:
    """By the title of the problem or, where SCIM has no title, by its sentence."""
    return "read-only" in text or "everything can be read, nothing changed" in text


def closes(way: Way) -> bool:
    return way.writes and not way.access.open_when_suspended


def test_every_route_that_writes_refuses_old_tokens(
    house: House, asker: Asker, plan: Plan, matrix: Recording
) -> None:
    before = snapshot(house)
    with matrix("attack", at_least=35) as found:
        for way, values in plan:
            if closes(way):
                answer = asker.ask(way, values)
                refused = answer.status_code == READ_ONLY and is_told(answer.text)
                leak = "" if refused else f"{answer.status_code} {answer.text[:200]}"
                found.note(way.rule.rule, way.method, "a token from before the suspension", leak)
    after = snapshot(house)
    assert [table for table in before if before[table] != after[table]] == []


def test_every_route_that_reads_still_serves(asker: Asker, plan: Plan, matrix: Recording) -> None:
    with matrix("attack", at_least=40) as found:
        for way, values in plan:
            if way.method == "GET" and way.access.asks_who and not serves_once(way):
                answer = asker.ask(way, values)
                served = answer.status_code in (200, 302, 303)
                leak = "" if served else f"{answer.status_code} {answer.text[:200]}"
                found.note(way.rule.rule, "GET", "reading while suspended", leak)


def test_what_stays_open_is_a_persons_own_affair(plan: Plan) -> None:
    """Signing in and out, one's own password, and the end of it all; nothing of the library."""
    open_ones = {str(way) for way, _ in plan if way.writes and not closes(way)}
    assert open_ones == {
        "POST /sign-in", "POST /sign-out", "POST /account/password",
        "POST /account/sessions/<uuid:session_id>/close", "POST /account/sessions/close-others",
        "POST /api/v1/auth/tokens", "DELETE /api/v1/auth/tokens",
        "POST /api/v1/auth/tokens/refresh",
        # one's second factors, and showing them
        "POST /sign-in/factor", "POST /sign-in/factor/challenge", "POST /sign-in/factor/passkey",
        "POST /sign-in/passkey", "POST /sign-in/passkey/challenge",
        "POST /account/confirm", "POST /account/confirm/challenge", "POST /account/confirm/passkey",
        "POST /api/v1/auth/proofs",
        "POST /account/security/app", "POST /account/security/app/code",
        "POST /account/security/app/remove", "POST /account/security/recovery-codes",
        "POST /account/security/passkeys", "POST /account/security/passkeys/challenge",
        "POST /account/security/passkeys/<uuid:passkey_id>",
        "POST /account/security/passkeys/<uuid:passkey_id>/remove",
        "POST /forgot-password", "POST /reset-password",
        "POST /api/v1/auth/password-resets", "POST /api/v1/auth/password-resets/confirmations",
        "DELETE /api/v1/me/sessions", "DELETE /api/v1/me/sessions/<uuid:session_id>",
        # an account that somebody has broken into does not wait for the bill to be paid
        "POST /staff/<uuid:account_id>/sessions/close",
        "POST /staff/<uuid:account_id>/password-reset",
        "DELETE /api/v1/staff/<uuid:account_id>/sessions",
        "POST /api/v1/staff/<uuid:account_id>/password-resets",
        # its admins may close it and undo that: the state's own table decides
        "POST /organisation/closing", "POST /organisation/reopen",
        # and take everything along, and let support in to help
        "POST /exports", "POST /api/v1/exports",
        # an auditor goes on: seals are checked and evidence taken in any state
        "POST /audit/seals/checks", "POST /api/v1/audit/seal-checks",
        "POST /audit/seals/evidence", "POST /api/v1/audit/evidence",
        # a court asks to hold on to the history, whoever has not paid
        "POST /audit/retention/hold", "POST /api/v1/audit/retention/hold",
        "POST /audit/retention/release", "POST /api/v1/audit/retention/release",
        "POST /support-access/new", "POST /support-access/<uuid:grant_id>/revoke",
    }  # fmt: skip
