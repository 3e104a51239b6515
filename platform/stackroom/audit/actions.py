"""Every action and kind of record that the trail can name."""

from functools import lru_cache

from stackroom.audit.events import EVENTS
from stackroom.audit.gathering import ACTIONS
from stackroom.audit.versioning import subject_type, versioned_models


@lru_cache(maxsize=1)
def known_actions() -> tuple[str, ...]:
    """Asked once the app is assembled."""
    kinds = [subject_type(model) for model in versioned_models()]
    changes = [f"{kind}.{verb}" for kind in kinds for verb in ACTIONS.values()]
    return tuple(sorted([*EVENTS, *changes]))


def known_kinds() -> list[str]:
    kinds = {subject_type(model) for model in versioned_models()}
    return sorted(kinds | {event.subject_type for event in EVENTS.values()})
