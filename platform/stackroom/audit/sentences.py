"""A version of a row as a sentence, to be read after the actor's name."""

from collections.abc import Sequence
from datetime import datetime

from stackroom.audit import pseudonyms
from stackroom.audit.diffs import FieldChange, refers_to
from stackroom.audit.models import AuditEntry
from stackroom.audit.phrases import changed
from stackroom.audit.versioning import models_by_kind
from stackroom.audit.wording import called

FEW = 2
"""So many changed fields are told with their values; of more, the names."""
NAMED = 6
"""So many of them are named."""


def version(
    line: AuditEntry, changes: Sequence[FieldChange], parent: str | None, at: datetime
) -> str:
    """`parent` is the label of the record that this one belongs to, None where it stands alone.
    `at`: when it happened."""
    kind, verb = line.subject_type, line.action.rpartition(".")[2]
    told = _worth_telling(kind, changes) if verb == "updated" else ()
    label = "" if _is_named_by_its_patron(line, parent) else line.subject_label
    it = _record(called(kind), label, told)
    whole = None if parent is None else _record(called(whole_of(kind)), parent)
    if verb == "updated":
        return _updated(f"{it} of {whole}" if whole else it, told, at)
    if whole:
        return f"removed {it} from {whole}" if verb == "deleted" else f"added {it} to {whole}"
    return f"{verb} {it}"


def _is_named_by_its_patron(line: AuditEntry, parent: str | None) -> bool:
    """And the patron is named anyway."""
    is_personal = pseudonyms.of(models_by_kind()[line.subject_type]) is not None
    return is_personal and line.subject_label == parent


def whole_of(kind: str) -> str:
    """The kind of record that these are a part of."""
    models = models_by_kind()
    table = refers_to(models[kind].__table__.c[models[kind].__part_of__])
    return next(other for other, model in models.items() if model.__tablename__ == table)


def _worth_telling(kind: str, changes: Sequence[FieldChange]) -> Sequence[FieldChange]:
    """Without what only repeats other fields, unless that is all."""
    model = models_by_kind()[kind]
    return [each for each in changes if each.field not in model.__drawn__] or changes


def _record(kind: str, label: str, changes: Sequence[FieldChange] = ()) -> str:
    """`the title “Emma”`; by its kind alone where it has no name of its own, and by its name alone
    where the kind is said already: the title of “Emma”."""
    if label in ("", kind):
        return f"the {kind}"
    return f"“{label}”" if any(each.label == kind for each in changes) else f"the {kind} “{label}”"


def _updated(it: str, changes: Sequence[FieldChange], at: datetime) -> str:
    if not changes:
        return f"changed {it}"
    if len(changes) > FEW:
        return f"changed {len(changes)} fields of {it}: {_names(changes)}"
    first = changed(changes[0], f" of {it}", at)
    said = "changed " if first.startswith("changed ") else ""  # and need not be said again
    more = (changed(each, "", at).removeprefix(said) for each in changes[1:])
    return " and ".join([first, *more])


def _names(changes: Sequence[FieldChange]) -> str:
    names = list(dict.fromkeys(change.label for change in changes))
    over = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {over} more" if over > 0 else "")
