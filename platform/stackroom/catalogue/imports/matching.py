"""Which title of the catalogue a record is: control number and source first, then ISBN."""

from collections import defaultdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from stackroom.catalogue.imports.preparing import Candidate
from stackroom.catalogue.imports.rows import Row, rows_by, slices
from stackroom.catalogue.models import Bib, BibIsbn


class Titles:
    """The titles that one chunk may meet, in memory: those of the catalogue at first, then also
    those that the chunk adds, so that a repeated record finds its first."""

    def __init__(self, session: Session, candidates: list[Candidate]) -> None:
        self.rows: dict[UUID, Row] = {}
        self._by_number: dict[str, dict[UUID, Row]] = defaultdict(dict)
        self._by_isbn: dict[str, dict[UUID, Row]] = defaultdict(dict)
        numbers = {candidate.control[1] for candidate in candidates if candidate.control}
        for row in rows_by(session, Bib, Bib.control_number, numbers):
            self.add(row)
        strangers = _holders(session, candidates) - self.rows.keys()
        for row in rows_by(session, Bib, Bib.id, strangers):
            self.add(row)

    def add(self, row: Row) -> None:
        self.rows[row["id"]] = row
        if row["control_number"]:
            self._by_number[row["control_number"]][row["id"]] = row
        for isbn in row["isbns"]:
            self._by_isbn[isbn][row["id"]] = row

    def change(self, row: Row, values: Row) -> None:
        """Found by its new number and ISBNs from now on, and no longer by the old ones."""
        self._by_number[row["control_number"] or ""].pop(row["id"], None)
        for isbn in row["isbns"]:
            self._by_isbn[isbn].pop(row["id"], None)
        row.update(values)
        self.add(row)

    def match(self, candidate: Candidate) -> Row | None:
        return self._with_number(candidate) or self._with_isbn(candidate)

    def _with_number(self, candidate: Candidate) -> Row | None:
        """The same number of the same source. Some systems write a 003 one month and none the
        next: where one side is silent, the title must agree instead."""
        if not candidate.control:
            return None
        source, number = candidate.control
        silent = []
        for row in self._by_number[number].values():
            if row["control_source"] == source:
                return row
            if not (row["control_source"] and source) and _same_title(row, candidate):
                silent.append(row)
        return silent[0] if len(silent) == 1 else None

    def _with_isbn(self, candidate: Candidate) -> Row | None:
        """An ISBN counts where it leads to one title only, and that is not another record of the
        same system: publishers give one ISBN to several volumes, and systems number each."""
        found = {
            id_: row
            for isbn in candidate.values["isbns"]
            for id_, row in self._by_isbn[isbn].items()
        }
        same = [row for row in found.values() if not _told_apart(candidate, row)]
        if len(same) == 1:
            return same[0]
        if found:
            titles = "; ".join(row["title"][:60] for row in list(found.values())[:3])
            candidate.warn("isbn_shared", f"Other titles have its ISBN too: {titles}.")
        return None


def _same_title(row: Row, candidate: Candidate) -> bool:
    return bool(row["sort_title"] == candidate.values["sort_title"])


def _told_apart(candidate: Candidate, row: Row) -> bool:
    return bool(
        candidate.control
        and row["control_number"]
        and candidate.control[0] == row["control_source"]
    )


def _holders(session: Session, candidates: list[Candidate]) -> set[UUID]:
    isbns = {isbn for candidate in candidates for isbn in candidate.values["isbns"]}
    return {
        bib_id
        for some in slices(isbns)
        for bib_id in session.scalars(sa.select(BibIsbn.bib_id).where(BibIsbn.isbn.in_(some)))
    }
