"""The root over a list that only grows (RFC 6962 §2.1), in memory that grows with its logarithm;
and the path that leads to it from one leaf."""

from collections.abc import Sequence
from hashlib import sha256


class Tree:
    """A leaf and an inner node begin with another byte, so that neither can stand for the other."""

    def __init__(self) -> None:
        self.leaves = 0
        self._whole: list[tuple[int, bytes]] = []
        """Complete subtrees from left to right: how many leaves, and their root."""

    def add(self, line: bytes) -> None:
        self.add_hash(leaf(line))

    def add_hash(self, hashed: bytes) -> None:
        """A leaf of which the hash alone is known."""
        self.leaves += 1
        size, root = 1, hashed
        while self._whole and self._whole[-1][0] == size:
            root = _joined(self._whole.pop()[1], root)
            size *= 2
        self._whole.append((size, root))

    @property
    def root(self) -> str:
        """In hexadecimal; of no leaves, the hash of nothing."""
        if not self._whole:
            return sha256().hexdigest()
        *left, (_, root) = self._whole
        for _, before in reversed(left):
            root = _joined(before, root)
        return root.hex()


def leaf(line: bytes) -> bytes:
    return sha256(b"\x00" + line).digest()


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The inclusion proof of one leaf (RFC 6962 §2.1.1): what is joined to it on the way up."""
    steps, level = [], list(hashes)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            steps.append(level[beside])
        pairs = [_joined(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
        index //= 2
    return steps


def _joined(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
