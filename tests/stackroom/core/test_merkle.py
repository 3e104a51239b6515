"""The root is that of RFC 6962, whatever the number of leaves."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from stackroom.core.merkle import Tree


def by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word; it holds all leaves at once."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = by_the_book(leaves[:half]), by_the_book(leaves[half:])
    return sha256(b"\x01" + left + right).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_that_of_the_book(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root == by_the_book(leaves).hex()
    assert tree.leaves == len(leaves)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=20), st.data())
def test_no_leaf_can_be_altered_left_out_or_moved(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    altered = [*leaves[:place], leaves[place] + b"!", *leaves[place + 1 :]]
    assert by_the_book(altered) != by_the_book(leaves)
    assert by_the_book([*leaves[:place], *leaves[place + 1 :]]) != by_the_book(leaves)
