"""How much a line that leaves the house says. What tells nothing of values names the fields alone,
and has an ellipsis in a sentence where a value would stand. Of patrons the trail itself says no
more than a pseudonym."""

from dataclasses import dataclass
from typing import Any

from stackroom.audit.events import EVENTS
from stackroom.audit.showing import entry_out
from stackroom.audit.telling import Entry

Document = dict[str, Any]
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Detail:
    """`values`: also what fields held."""

    values: bool

    def document(self, entry: Entry) -> Document:
        """The entry in the API's shape."""
        shown: Document = entry_out(entry).model_dump(mode="json")
        if self.values:
            return shown
        changes = [{"field": change.field, "label": change.label} for change in entry.changes]
        data: Document | None = None if entry.line.data is None else {}
        told = {"sentence": sentence(entry), "changes": changes, "data": data, "reason": ""}
        return shown | told


def sentence(entry: Entry) -> str:
    """Without values."""
    label, event = entry.line.subject_label, EVENTS.get(entry.line.action)
    if event and entry.line.data is not None:
        return event.tell(label, dict.fromkeys(event.fields, LEFT_OUT))
    verb = entry.line.action.rpartition(".")[2].replace("updated", "changed")
    fields = ", ".join(dict.fromkeys(change.label for change in entry.changes))
    told = f"{verb} the {entry.kind} “{label}”"
    return f"{told}: {fields}" if fields and verb == "changed" else told
