"""Two states of a MARC record, told apart by field and subfield for the history of a title."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple, TypeVar

from stackroom.audit.diffs import FieldChange
from stackroom.audit.pieces import Part, apart
from stackroom.catalogue.marc import MarcJson, names


class Subfield(NamedTuple):
    key: str
    """The code; empty for the one value of a control field."""
    text: str

    def __str__(self) -> str:
        return f"${self.key} {self.text}" if self.key else self.text


class Line(NamedTuple):
    key: str
    """The tag, or “leader”."""
    indicators: str
    """An empty one as #; none of a control field."""
    subfields: tuple[Subfield, ...]

    def __str__(self) -> str:
        """`10 $a Title $c author`."""
        return " ".join(filter(None, [self.indicators, *map(str, self.subfields)]))


Piece = TypeVar("Piece", Subfield, Line)


def compare(column: str, before: MarcJson | None, after: MarcJson | None) -> list[FieldChange]:
    """Fields that differ, then those that only changed places, equal before and after. Of a
    record that is made or deleted the subfields are not told one by one."""
    gone, come, moved = apart(_lines(before), _lines(after))
    whole = before is None or after is None
    return [
        *(
            _change(column, old, new, () if whole else _parts(old, new))
            for old, new in _pairs(gone, come)
        ),
        *(_change(column, line, line, ()) for line in moved),
    ]


def _change(column: str, old: Line | None, new: Line | None, parts: Iterable[Part]) -> FieldChange:
    tag = next(line.key for line in (old, new) if line)
    before, after = (None if line is None else str(line) for line in (old, new))
    return FieldChange(
        f"{column} {tag}", before, after, label=names.field(tag), detail=tuple(parts)
    )


def _parts(old: Line | None, new: Line | None) -> Iterator[Part]:
    tag = next(line.key for line in (old, new) if line)
    if old and new and old.indicators != new.indicators:
        yield Part(f"{tag} indicators", old.indicators, new.indicators)
    gone, come, moved = apart(old.subfields if old else (), new.subfields if new else ())
    for before, after in [*_pairs(gone, come), *((each, each) for each in moved)]:
        code = next(each.key for each in (before, after) if each)
        if code:
            label = names.subfield(tag, code)
            yield Part(label, before and before.text, after and after.text)


def _pairs(gone: list[Piece], come: list[Piece]) -> Iterator[tuple[Piece | None, Piece | None]]:
    """What went with what came in its stead: of the same tag or code the one most alike."""
    for key in dict.fromkeys(piece.key for piece in (*gone, *come)):
        left = [piece for piece in gone if piece.key == key]
        for new in (piece for piece in come if piece.key == key):
            old = max(left, key=lambda each: _alike(each, new), default=None)
            if old is not None:
                left.remove(old)
            yield old, new
        yield from ((old, None) for old in left)


def _alike(old: Any, new: Any) -> float:
    return SequenceMatcher(None, str(old), str(new)).quick_ratio()


def _lines(marc: MarcJson | None) -> list[Line]:
    if marc is None:
        return []
    fields = [pair for field in marc["fields"] for pair in field.items()]
    return [_line(*pair) for pair in [("leader", marc["leader"]), *fields]]


def _line(tag: str, content: Any) -> Line:
    if isinstance(content, str):
        return Line(tag, "", (Subfield("", content),))
    indicators = f"{content['ind1']}{content['ind2']}".replace(" ", "#")
    pairs = (pair for each in content["subfields"] for pair in each.items())
    return Line(tag, indicators, tuple(Subfield(*pair) for pair in pairs))
