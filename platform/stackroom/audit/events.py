"""The closed registry of semantic events: each has an action and a sentence.

A feature declares its events once, at import; recording one that is not declared raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Protocol

from stackroom.audit import gathering, pseudonyms
from stackroom.audit.keyring import Told
from stackroom.audit.pseudonyms import NOBODY, Whose
from stackroom.core.database import db


class Subject(Protocol):
    """A record an event is about; models give their own label for people."""

    @property
    def id(self) -> Any: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class EventType:
    """`sentence` is read after the actor's name, and filled from the event's data, `{subject}`
    being the record's label. Where the event tells of a patron, `names` are the fields that hold
    their name, the label as `subject` among them, and `seals` those that hold what else is
    personal."""

    action: str
    subject_type: str
    sentence: str
    names: frozenset[str] = frozenset()
    seals: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        names = {name for _, name, _, _ in Formatter().parse(self.sentence) if name}
        return frozenset(names - {"subject"})

    def tell(self, subject: str, data: Mapping[str, Any]) -> str:
        known = {**dict.fromkeys(self.fields, "?"), **data, "subject": subject}
        return _WORDING.vformat(self.sentence, (), known)


class _Wording(Formatter):
    """`{count:failed job|failed jobs}` counts, `{state:words}` reads `last_admin` as people do."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, _, many = format_spec.partition("|")
        if many:
            return f"{value} {one if value == 1 else many}"
        return str(value).replace("_", " ") if one == "words" else str(value)


_WORDING = _Wording()
EVENTS: dict[str, EventType] = {}


def declare(
    action: str,
    subject_type: str,
    sentence: str,
    *,
    names: Iterable[str] = (),
    seals: Iterable[str] = (),
) -> EventType:
    if action in EVENTS:
        raise ValueError(f"the event {action} is declared twice")
    EVENTS[action] = EventType(action, subject_type, sentence, frozenset(names), frozenset(seals))
    return EVENTS[action]


def record(
    event: EventType,
    subject: Subject | None = None,
    *,
    label: str = "",
    whose: Whose = NOBODY,
    **data: Any,
) -> None:
    """Leave an event in the open transaction. `data` is JSON without secrets. `whose` names the
    patron whom it tells of, where the subject does not.

    Raises:
        ValueError: the sentence needs a field that `data` lacks.
    """
    if missing := event.fields - data.keys():
        raise ValueError(f"{event.action} needs {', '.join(sorted(missing))}")
    label = label or (subject.label if subject is not None else "")
    gathering.add_event(
        db.session(),
        {
            "action": event.action,
            "subject_type": event.subject_type,
            "subject_id": subject.id if subject is not None else None,
            "subject_label": label[:300],
            "data": data,
            "library_id": getattr(subject, "library_id", None),
            "told": _told(event, subject, whose),
            "tell": event.tell,
        },
    )


def _told(event: EventType, subject: Subject | None, whose: Whose) -> Told:
    known = pseudonyms.of(type(subject))
    named = "subject" in event.names or bool(known and known.named)
    return Told(
        pseudonyms.whose(subject) if whose == NOBODY else whose, named, event.names, event.seals
    )
