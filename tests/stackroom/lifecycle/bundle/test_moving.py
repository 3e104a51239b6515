"""An organisation moves to another Stackroom, and to another database, and lives on."""

from pathlib import Path

from stackroom.testing.bundles import Home, contents, without_times
from stackroom.testing.furnish import furnish
from stackroom.testing.house import open_house

Way = tuple[Home, Home]


def test_what_arrives_is_what_left_byte_for_byte(way: Way, tmp_path: Path) -> None:
    old, new = way
    house = open_house(old.app, "mover")
    furnish(house)
    old.take(house, tmp_path / "left.zip")
    moved = new.bring(tmp_path / "left.zip")
    new.take(moved, tmp_path / "arrived.zip")

    left, arrived = contents(tmp_path / "left.zip"), contents(tmp_path / "arrived.zip")
    assert list(left) == list(arrived)
    manifests = left.pop("manifest.json"), arrived.pop("manifest.json")
    assert left == arrived
    assert without_times(manifests[0]) == without_times(manifests[1])
