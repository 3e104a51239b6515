"""What a dry run remembers: the chunks before were taken back, so a record that comes again would
count as new."""

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b

import orjson

from stackroom.catalogue.imports.preparing import Candidate, Refused
from stackroom.catalogue.imports.writing import Verdict, said


class Rehearsal:
    """Knows a record again by its control number or, without one, by its ISBNs.

    It does not follow copies from chunk to chunk: the one thing that a dry run may miss is the
    warning of a barcode that the same file gives twice.
    """

    def __init__(self) -> None:
        # an unnamed database is a temporary file: memory stays flat however long the file is
        self._seen = sqlite3.connect("")
        self.copies = 0
        """How many the chunks so far would have added."""
        self._seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, said BLOB) WITHOUT ROWID")

    def judge(
        self, candidates: list[Candidate], verdicts: list[Verdict | Refused]
    ) -> list[Verdict | Refused]:
        pairs = list(zip(candidates, verdicts, strict=True))
        judged = [self._judge(candidate, verdict) for candidate, verdict in pairs]
        taken = [candidate for candidate, it in pairs if not isinstance(it, Refused)]
        self._seen.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?)",
            ((key, _digest(candidate)) for candidate in taken for key in _keys(candidate)),
        )
        return judged

    def _judge(self, candidate: Candidate, verdict: Verdict | Refused) -> Verdict | Refused:
        before = self._said_before(candidate)
        if before is None or isinstance(verdict, Refused):
            return verdict
        again = Verdict.UNCHANGED if before == _digest(candidate) else Verdict.UPDATED
        if candidate.control or verdict is Verdict.CREATED or again is Verdict.UNCHANGED:
            return again
        return verdict  # it may meet a catalogued title, which it does not replace

    def _said_before(self, candidate: Candidate) -> bytes | None:
        for key in _keys(candidate):
            row = self._seen.execute("SELECT said FROM seen WHERE key = ?", (key,)).fetchone()
            if row:
                found: bytes = row[0]
                return found
        return None


def _digest(candidate: Candidate) -> bytes:
    return blake2b(orjson.dumps(said(candidate.values["marc"])), digest_size=16).digest()


def _keys(candidate: Candidate) -> Iterator[str]:
    if candidate.control:
        yield "\x1f".join(candidate.control)
    else:
        yield from candidate.values["isbns"]
