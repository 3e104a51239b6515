import pytest

from stackroom.core.http import Stackroom
from stackroom.files.adapters import files
from stackroom.plans.registry import PLANS, Plan
from stackroom.testing.house import House, open_house
from stackroom.testing.importing import Importer

TINY = Plan(
    key="tiny",
    name="Tiny",
    sentence="For tests.",
    staff=4,
    items=3,
    storage=4_000,
    calls_per_minute=5,
    calls_per_day=8,
)
ROOMY = Plan(
    key="roomy",
    name="Roomy",
    sentence="For tests.",
    staff=5,
    items=6,
    storage=8_000,
    calls_per_minute=50,
    calls_per_day=80,
)


@pytest.fixture(autouse=True)
def small_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plans of the registry's own kind whose limits a test reaches in a moment."""
    for plan in (TINY, ROOMY):
        monkeypatch.setitem(PLANS, plan.key, plan)


@pytest.fixture
def tiny(app: Stackroom) -> House:
    """Three of its four staff accounts are open."""
    return open_house(app, "tiny", plan="tiny")


@pytest.fixture
def importing(app: Stackroom) -> Importer:
    return Importer(files(app.settings))
