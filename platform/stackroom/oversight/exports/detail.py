"""How much a line that leaves the house says. What tells nothing of values names the fields alone,
and has an ellipsis in a sentence where a value would stand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stackroom.audit.diffs import FieldChange
from stackroom.audit.events import EVENTS
from stackroom.audit.showing import entry_out
from stackroom.audit.telling import VERBS, Entry

Document = dict[str, Any]
PERSONAL_KINDS = frozenset({"patron", "patron_block"})
"""Records about a reader."""
PERSONAL_TABLES = frozenset({"patrons", "patron_blocks"})
PERSONAL_FACTS = frozenset({"patron", "name", "email", "person", "who"})
"""Members of an event's data that name somebody."""
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Detail:
    """`values`: what fields held. `personal`: also of readers."""

    values: bool
    personal: bool

    @property
    def is_full(self) -> bool:
        return self.values and self.personal

    def document(self, entry: Entry) -> Document:
        """The entry in the API's shape."""
        shown: Document = entry_out(entry).model_dump(mode="json")
        if self.is_full:
            return shown
        shown["subject"]["label"] = self._label(entry)
        shown["reason"] = entry.by.reason if self.values or self.personal else ""
        return shown | {
            "sentence": self.sentence(entry),
            "changes": [self._change(change, entry) for change in entry.changes],
            "data": self._facts(entry),
        }

    def sentence(self, entry: Entry) -> str:
        if self.is_full:
            return entry.sentence
        event, label = EVENTS.get(entry.line.action), self._label(entry)
        if event and entry.line.data is not None:
            unsaid = dict.fromkeys(event.fields, LEFT_OUT)
            return event.tell(label, unsaid | (self._facts(entry) or {}))
        kind, _, verb = entry.line.action.partition(".")
        fields = ", ".join(change.field.replace("_", " ") for change in entry.changes)
        told = f"{VERBS.get(verb, verb)} the {kind.replace('_', ' ')} “{label}”"
        return f"{told}: {fields}" if fields and verb == "updated" else told

    def _label(self, entry: Entry) -> str:
        return LEFT_OUT if self._hides(entry) else entry.line.subject_label

    def _hides(self, entry: Entry) -> bool:
        return not self.personal and entry.line.subject_type in PERSONAL_KINDS

    def _facts(self, entry: Entry) -> Document | None:
        if entry.line.data is None or not self.values or self._hides(entry):
            return None
        return {
            name: value
            for name, value in entry.line.data.items()
            if self.personal or name not in PERSONAL_FACTS
        }

    def _change(self, change: FieldChange, entry: Entry) -> Document:
        if not self.values or self._hides(entry):
            return {"field": change.field}
        named = self.personal or change.refers_to not in PERSONAL_TABLES
        return {
            "field": change.field,
            "before": change.before,
            "after": change.after,
            "before_label": change.before_label if named else "",
            "after_label": change.after_label if named else "",
        }


Written = Callable[[Entry, Detail], Document]
"""An entry in one of the shapes in which it leaves."""
