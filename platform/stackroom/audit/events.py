"""The closed registry of semantic events: each has an action and a sentence.

A feature declares its events once, at import; recording one that is not declared raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Protocol

from stackroom.audit import writer
from stackroom.audit.words import fold
from stackroom.core.database import db


class Subject(Protocol):
    """A record an event is about; models give their own label for people."""

    @property
    def id(self) -> Any: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class EventType:
    """`sentence` is filled from the event's data, `{subject}` being the record's label."""

    action: str
    subject_type: str
    sentence: str

    @property
    def fields(self) -> frozenset[str]:
        names = {name for _, name, _, _ in Formatter().parse(self.sentence) if name}
        return frozenset(names - {"subject"})

    def tell(self, subject: str, data: Mapping[str, Any]) -> str:
        return self.sentence.format_map(
            {**dict.fromkeys(self.fields, "?"), **data, "subject": subject}
        )


EVENTS: dict[str, EventType] = {}


def declare(action: str, subject_type: str, sentence: str) -> EventType:
    if action in EVENTS:
        raise ValueError(f"the event {action} is declared twice")
    EVENTS[action] = EventType(action, subject_type, sentence)
    return EVENTS[action]


def record(
    event: EventType, subject: Subject | None = None, *, label: str = "", **data: Any
) -> None:
    """Leave an event in the open transaction. `data` is JSON without secrets.

    Raises:
        ValueError: the sentence needs a field that `data` lacks.
    """
    if missing := event.fields - data.keys():
        raise ValueError(f"{event.action} needs {', '.join(sorted(missing))}")
    label = label or (subject.label if subject is not None else "")
    writer.add_event(
        db.session(),
        {
            "action": event.action,
            "subject_type": event.subject_type,
            "subject_id": subject.id if subject is not None else None,
            "subject_label": label[:300],
            "words": fold(event.tell(label, data)),
            "data": data,
            "library_id": getattr(subject, "library_id", None),
        },
    )
