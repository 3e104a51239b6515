"""One chunk into the catalogue: decided record by record in memory, written set-based.

Statements do not grow with the records of a chunk; each bib, holdings and item leaves its version
as if it had been typed in.
"""

from enum import StrEnum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from stackroom.audit import bulk
from stackroom.catalogue.imports.copies import Copies
from stackroom.catalogue.imports.matching import Titles
from stackroom.catalogue.imports.preparing import Candidate, Refused
from stackroom.catalogue.imports.rows import Row
from stackroom.catalogue.index import index
from stackroom.catalogue.models import Bib

if TYPE_CHECKING:
    from uuid import UUID


PLAN_IS_FULL = (
    "The plan has no room for the copies of this record. Delete copies that are gone or ask for a "
    "larger plan, then import it again."
)


class Verdict(StrEnum):
    """What became of a record; a refused one has `Refused` instead."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def write(
    session: Session, candidates: list[Candidate], promised: int = 0
) -> list[Verdict | Refused]:
    """One verdict for each candidate, in order. A record that the database does not take, or for
    whose copies the plan has no room, is refused by itself: the others of the chunk are written
    without it. `promised` copies of the plan's room are taken already, by chunks of a dry run."""
    try:
        with session.begin_nested():
            return list(_write_together(session, candidates, promised))
    except OperationalError:
        raise  # the database is away: no record's fault
    except (SQLAlchemyError, bulk.StaleRows, ValueError) as error:
        if len(candidates) == 1:
            return [_refused(candidates[0], error)]
        return [verdict for one in candidates for verdict in write(session, [one], promised)]


def _refused(candidate: Candidate, error: Exception) -> Refused:
    if isinstance(error, bulk.StaleRows):
        message = "Somebody changed this title at the same moment; import the record again."
        return Refused(candidate.position, "changed_meanwhile", message, candidate.raw)
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0][:200]
    message = f"The catalogue cannot hold this record: {cause}"
    return Refused(candidate.position, "record_unwritable", message, candidate.raw)


def _write_together(
    session: Session, candidates: list[Candidate], promised: int
) -> list[Verdict | Refused]:
    chunk = _Chunk(session, candidates, promised)
    verdicts = [chunk.take(candidate) for candidate in candidates]
    chunk.write()
    return verdicts


class _Chunk:
    def __init__(self, session: Session, candidates: list[Candidate], promised: int) -> None:
        self._session = session
        self._titles = Titles(session, candidates)
        self._copies = Copies(session, candidates, set(self._titles.rows), promised)
        self._new: dict[UUID, Row] = {}
        self._changed: dict[UUID, Row] = {}

    def take(self, candidate: Candidate) -> Verdict | Refused:
        candidate.begin()
        if not self._copies.fit(candidate):
            return Refused(candidate.position, "plan_limit_reached", PLAN_IS_FULL, candidate.raw)
        if candidate.is_deleted:
            candidate.warn("deleted_at_source", "Its source has deleted it; it is suppressed here.")
        row = self._titles.match(candidate)
        if row is None:
            row, verdict = self._create(candidate), Verdict.CREATED
        else:
            verdict = self._describe(row, candidate)
        if self._copies.take(row["id"], candidate) and verdict is Verdict.UNCHANGED:
            return Verdict.UPDATED
        return verdict

    def _create(self, candidate: Candidate) -> Row:
        row = {"id": uuid7(), **candidate.values, "suppressed": candidate.is_deleted}
        self._new[row["id"]] = row
        self._titles.add(row)
        return row

    def _describe(self, row: Row, candidate: Candidate) -> Verdict:
        if row["control_number"] and not candidate.control:
            candidate.warn(
                "description_kept",
                "It has no control number (001), so it did not replace the catalogued title.",
            )
            return Verdict.UNCHANGED
        if said(row["marc"]) == said(candidate.values["marc"]):
            return Verdict.UNCHANGED
        suppressed = row["suppressed"] or candidate.is_deleted
        self._titles.change(row, {**candidate.values, "suppressed": suppressed})
        if row["id"] not in self._new:
            self._changed[row["id"]] = row
        return Verdict.UPDATED

    def write(self) -> None:
        bulk.insert(self._session, Bib, self._new.values())
        bulk.update(self._session, Bib, self._changed.values())
        index(SimpleNamespace(**row) for row in (*self._new.values(), *self._changed.values()))
        self._copies.write()


def said(marc: dict[str, Any]) -> tuple[str, list[Any]]:
    """What a record says. The lengths in its leader belong to the file that it came in."""
    leader = str(marc["leader"])
    return leader[5:12] + leader[17:], marc["fields"]
