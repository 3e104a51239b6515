"""Whoever guesses an id must not learn whether it is somebody else's: not by a byte, and not by the
time it takes.

Time is compared by what makes it: the two answers send the same statements, the same number of
them, in the same order. A clock would measure the machine.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from stackroom.testing.isolation.asking import Asker, Values
from stackroom.testing.isolation.attacks import Attack, attacks
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import nobodys
from stackroom.testing.isolation.results import Recording
from stackroom.testing.isolation.ways import Way

pytestmark = pytest.mark.usefixtures("harbour_untouched")


@pytest.fixture(scope="module")
def guesses(two: Neighbours, ways: list[Way]) -> list[Attack]:
    """Every place that takes an id."""
    found = [attack for way in ways for attack in attacks(two, way)]
    return [each for each in found if any("id of" in kind for kind in each.kinds.values())]


def sent(attack: Attack, asker: Asker, values: Values) -> list[str]:
    """The statements of one request, with the look-up of its host."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    asker.house.app.resolver.forget(asker.house.tenant.host)  # remembered for two seconds
    event.listen(sa.Engine, "before_cursor_execute", note)
    attack.ask(asker, values)
    event.remove(sa.Engine, "before_cursor_execute", note)
    return seen


def test_both_send_the_same_statements(
    guesses: list[Attack], asker: Asker, matrix: Recording
) -> None:
    with matrix("attack", at_least=50) as found:
        for attack in guesses:
            nothing = {key: nobodys(kind) for key, kind in attack.kinds.items()}
            attack.ask(asker, nothing)  # signs in, where it must
            theirs, none = sent(attack, asker, attack.foreign), sent(attack, asker, nothing)
            differ = [(a, b) for a, b in zip(theirs, none, strict=False) if a != b]
            leak = f"{len(theirs)} statements, not {len(none)}" * (len(theirs) != len(none))
            leak += f"{differ[:1]}" * bool(differ)
            how = f"{len(theirs)} statements in both"
            found.note(
                attack.way.rule.rule, attack.way.method, f"timing: {attack.title}", leak, how
            )


def test_both_are_byte_equal(guesses: list[Attack], asker: Asker, matrix: Recording) -> None:
    """The API's answers to an address, raw and with their headers; pages carry a new nonce
    each time, and are compared in tests/isolation without it."""
    with matrix("attack", at_least=20) as found:
        for attack in guesses:
            if not attack.way.is_api or attack.place != "path":
                continue
            theirs = attack.ask(asker, attack.foreign)
            none = attack.ask(asker, {key: nobodys(kind) for key, kind in attack.kinds.items()})
            for answer in (theirs, none):
                del answer.headers["Content-Security-Policy"]  # its nonce is new each time
            same = theirs.data == none.data and list(theirs.headers) == list(none.headers)
            leak = "" if same else f"{theirs.headers} {theirs.text} / {none.headers} {none.text}"
            found.note(attack.way.rule.rule, attack.way.method, f"bytes: {attack.title}", leak)
