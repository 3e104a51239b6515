"""How much a line that leaves the house says. What tells nothing of values names the fields alone,
and has an ellipsis in a sentence where a value would stand."""

from dataclasses import dataclass
from typing import Any

from stackroom.audit.events import EVENTS
from stackroom.audit.showing import entry_out
from stackroom.audit.telling import Entry

Document = dict[str, Any]
PERSONAL_KINDS = frozenset({"patron", "patron_block"})
"""Records about a reader."""
PERSONAL_FACTS = frozenset({"patron", "name", "email", "person", "who"})
"""Members of an event's data that name somebody."""
NAMES_A_READER = frozenset({"patron_id"})
"""Fields whose ids may stand in a message, and the names behind them not."""
LEFT_OUT = "…"
VERBS = {"created": "created", "updated": "changed", "deleted": "deleted"}


@dataclass(frozen=True, slots=True)
class Detail:
    """`values`: what fields held. `personal`: also of readers."""

    values: bool
    personal: bool

    def document(self, entry: Entry) -> Document:
        """The entry in the API's shape."""
        shown: Document = entry_out(entry).model_dump(mode="json")
        if self.values and self.personal:
            return shown
        if self._hides(shown):
            shown["subject"]["label"] = LEFT_OUT
        if not self.values:
            shown["reason"] = shown["reason"] if self.personal else ""
        shown["changes"] = [self._change(change, shown) for change in shown["changes"]]
        facts = self._facts(shown)
        return shown | {"sentence": _sentence(shown, facts), "data": facts}

    def _hides(self, shown: Document) -> bool:
        return not self.personal and shown["subject"]["type"] in PERSONAL_KINDS

    def _facts(self, shown: Document) -> Document | None:
        """Of an event."""
        if shown["data"] is None:
            return None
        if not self.values or self._hides(shown):
            return {}
        unsaid = frozenset() if self.personal else PERSONAL_FACTS
        return {name: value for name, value in shown["data"].items() if name not in unsaid}

    def _change(self, change: Document, shown: Document) -> Document:
        if not self.values or self._hides(shown):
            return {"field": change["field"]}
        if not self.personal and change["field"] in NAMES_A_READER:
            return {name: change[name] for name in ("field", "before", "after")}
        return change


def _sentence(shown: Document, facts: Document | None) -> str:
    event, label = EVENTS.get(shown["action"]), shown["subject"]["label"]
    if event and facts is not None:
        return event.tell(label, dict.fromkeys(event.fields, LEFT_OUT) | facts)
    kind, _, verb = shown["action"].partition(".")
    told = f"{VERBS.get(verb, verb)} the {kind.replace('_', ' ')} “{label}”"
    fields = ", ".join(change["field"].replace("_", " ") for change in shown["changes"])
    return f"{told}: {fields}" if fields and verb == "updated" else told
