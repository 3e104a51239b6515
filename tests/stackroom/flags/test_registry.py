"""Every flag is registered, used, in the document, and not past its day."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import stackroom
from config import Settings
from stackroom.core.features import registry
from stackroom.core.http import Stackroom
from stackroom.core.permissions import access_of
from stackroom.flags.registry import FLAGS, Flag

ASKED = re.compile(r"""(?:flag_is_on|is_on)\(\s*["'](\w+)["']""")


@pytest.fixture(scope="module")
def used(app: Stackroom) -> set[str]:
    """Flags that routes, navigation, and questions in code or templates name."""
    declared = [access for view in app.view_functions.values() if (access := access_of(view))]
    items = [item for feature in registry.features for item in feature.navigation]
    sources = [
        path.read_text()
        for pattern in ("*.py", "*.html")
        for path in Path(stackroom.__file__).parent.rglob(pattern)
    ]
    found = {flag for access in declared for flag in (access.flag, access.public_flag)}
    found |= {item.flag for item in items}
    found |= {key for source in sources for key in ASKED.findall(source)}
    return {flag for flag in found if flag}


def test_every_flag_in_use_is_registered(used: set[str]) -> None:
    assert used - FLAGS.keys() == set()


def test_every_registered_flag_is_in_use(used: set[str]) -> None:
    assert FLAGS.keys() - used == set()


def test_the_document_knows_exactly_the_registered_flags(settings: Settings) -> None:
    document = json.loads(settings.flags_document.read_text())
    known = {state["feature"]["name"] for state in document["feature_states"]}
    assert known == set(FLAGS)


@pytest.mark.parametrize("flag", FLAGS.values(), ids=lambda flag: flag.key)
def test_no_flag_outlives_its_day(flag: Flag) -> None:
    assert datetime.now(UTC).date() < flag.dies, f"decide: remove {flag.key}, or give it a new day"
