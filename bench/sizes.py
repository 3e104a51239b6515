"""How much is measured; the defaults finish within eight minutes on two cores."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sizes:
    rounds: int
    calls: int
    """Requests, or loans, in one round of one side."""
    records: int
    """Records of one import; ten times as many for its memory."""
    bibs: int
    organisations: int
    rows: int
    """Rows of one bulk write."""
    requests: int
    """Requests over which a worker's memory may grow."""
    versions: int
    """In 100 organisations; the one that is asked holds a tenth."""
    marc: Path | None
    """A file of real records (ISO 2709, gzipped or not); without one they are made up."""
