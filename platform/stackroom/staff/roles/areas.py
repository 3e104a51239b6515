"""Permissions as a person reads them: by what they are about, and how far they reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from stackroom.core.features import registry
from stackroom.core.permissions import Permission, Reach, present
from stackroom.staff.roles.shipped import Role

TITLES = {
    "exports": "Taking data away", "flags": "What is switched on", "lifecycle": "Closing",
    "plans": "Plan and usage", "staff": "Organisation and staff",
}  # fmt: skip
"""Of features whose own name says little."""
REACHES = {
    Reach.BRANCH: "Given at one library, it counts there and nowhere else.",
    Reach.SHARED: "Given at one library, it counts everywhere: all libraries share this.",
    Reach.WHOLE: "It takes a role in all libraries.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`refusal` says why whoever looks at it cannot put it into a role; empty where they can."""

    key: str
    sentence: str
    reach: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Area:
    title: str
    lines: tuple[Line, ...]


def areas(based_on: str = "") -> list[Area]:
    """What staff can be allowed, for a role that comes of the shipped role `based_on`."""
    return list(_areas(based_on))


def _areas(based_on: str) -> Iterator[Area]:
    for feature in registry.features:
        # One's own affairs come with every role, so that nobody need choose them.
        chosen = [one for one in feature.permissions if Role.ADMIN in one.roles and not one.is_own]
        if chosen:
            title = TITLES.get(feature.name, feature.name.capitalize())
            yield Area(title, tuple(_line(one, based_on) for one in chosen))


def _line(one: Permission, based_on: str) -> Line:
    sentence = one.sentence[0].upper() + one.sentence[1:]
    return Line(one.key, sentence, REACHES[one.reach], _refusal(one, based_on))


def _refusal(one: Permission, based_on: str) -> str:
    who = present()
    if based_on == Role.AUDITOR and one.writes:
        return "A role for auditors changes nothing."
    if who and not who.may_everywhere(one):
        return "You do not hold this everywhere yourself, so you cannot give it."
    return ""
