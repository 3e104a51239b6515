"""Two organisations that are furnished alike: north looks at what harbour has."""

from dataclasses import dataclass

from stackroom.core.http import Stackroom
from stackroom.testing.furnish import furnish_every_table
from stackroom.testing.house import House, open_house


@dataclass(frozen=True, slots=True)
class Neighbours:
    north: House
    harbour: House


def neighbours(app: Stackroom) -> Neighbours:
    north, harbour = open_house(app, "north"), open_house(app, "harbour")
    furnish_every_table(north)
    furnish_every_table(harbour)
    return Neighbours(north, harbour)
