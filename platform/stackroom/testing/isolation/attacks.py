"""One value of one request replaced by a neighbour's; and what must then be equal."""

from collections.abc import Iterator
from dataclasses import dataclass

from stackroom.testing.house import Answer
from stackroom.testing.isolation.asking import Asker, Told, Values, own_values
from stackroom.testing.isolation.neighbours import Neighbours
from stackroom.testing.isolation.references import held, kind_of, nobodys
from stackroom.testing.isolation.ways import Field, Way

GONE = 404
SERVER_ERROR = 500
Key = tuple[str, ...]
DESCRIBING = {"author", "subject", "isbn", "control_number", "contact"}
"""What a record says of itself, in a body; nothing is looked up by it."""
SILENT = {
    "POST /sign-in",
    "POST /api/v1/auth/tokens",
    "POST /api/v1/auth/password-resets",
    "POST /forgot-password",
}
"""Ways that on purpose do not tell whether somebody is there."""


@dataclass(frozen=True, slots=True)
class Attack:
    """What is put into some fields of a way; all else is north's own."""

    way: Way
    fields: tuple[Field, ...]
    rest: Values
    own: Values
    foreign: Values
    kinds: dict[Key, str]

    @property
    def title(self) -> str:
        names = " and ".join(".".join(field.path) for field in self.fields)
        return f"foreign {names} in the {self.place}"

    @property
    def place(self) -> str:
        return self.fields[0].place

    def ask(self, asker: Asker, values: Values) -> Answer:
        return asker.ask(self.way, self.rest | values)

    def leak(self, asker: Asker, marks: frozenset[str]) -> str:
        """What gives the neighbour away; empty if the answer is that for a value of nobody's."""
        answer = self.ask(asker, self.foreign)
        theirs = Told.of(answer, *self.foreign.values())
        none = self._nobodys(asker)
        if theirs.status >= SERVER_ERROR:
            return f"{theirs.status}: {theirs.text[:200]}"
        if difference := theirs.differs_from(none):
            return difference
        if self.place == "path" and theirs.status != GONE:
            return f"{theirs.status} in place of {GONE}"
        told = answer.text if answer.mimetype != "application/octet-stream" else ""
        seen = {mark for mark in marks if mark in told} - set(self.foreign.values())
        return f"tells {sorted(seen)}" if seen else ""

    def means_something(self, asker: Asker) -> bool:
        """Whether a value of north's own is answered differently from one of nobody's. Where not,
        the attack proves nothing."""
        return Told.of(self.ask(asker, self.own), *self.own.values()) != self._nobodys(asker)

    def _nobodys(self, asker: Asker) -> Told:
        """Invented each time: an earlier request may have made what the value names."""
        values = {key: nobodys(kind) for key, kind in self.kinds.items()}
        return Told.of(self.ask(asker, values), *values.values())

    @property
    def must_mean_something(self) -> bool:
        describes = self.place in ("json", "form") and DESCRIBING & set(self.kinds.values())
        return not (
            describes
            or "word" in self.kinds.values()
            or self.way.method == "HEAD"
            or str(self.way) in SILENT
        )


def attacks(two: Neighbours, way: Way) -> Iterator[Attack]:
    """Each field by itself, and all parts of an address at once."""
    named = [field for field in way.fields if kind_of(way, field) and not _is_kept(field)]
    parts = tuple(field for field in named if field.place == "path")
    for fields in (*((field,) for field in named), *([parts] if len(parts) > 1 else [])):
        kinds = {(field.place, *field.path): kind_of(way, field) for field in fields}
        yield Attack(
            way,
            fields,
            rest=own_values(two.north, way),
            own={key: held(two.north, kind) for key, kind in kinds.items()},
            foreign={key: held(two.harbour, kind) for key, kind in kinds.items()},
            kinds=kinds,
        )


def _is_kept(field: Field) -> bool:
    """A filter for later, which is read behind the wall: see test_audit_export_files. A saved one
    (`asks`) is an address, whose query is attacked by itself."""
    return field.place == "json" and field.path[0] in ("filter", "asks")
